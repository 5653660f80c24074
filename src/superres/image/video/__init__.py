"""Films: frames in and out, with all that goes along with them; needs the extra `superres[video]`, except `names`."""
