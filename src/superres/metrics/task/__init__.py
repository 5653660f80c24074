"""Judging by a task: does a recogniser find the same in the restored image as in the reference?"""
