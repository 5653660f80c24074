"""What is wrong with a folder of training images, before a training finds out."""
