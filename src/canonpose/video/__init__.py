"""Video files: what they hold, and their frames one by one."""
