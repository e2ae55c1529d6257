"""Which errors of the file system are about the machine, and which about the files of one submission."""

import errno

_OF_THE_MACHINE = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO),
    *(errno.EMFILE, errno.ENFILE, errno.ENOMEM),
}


def concerns_everybody(error: OSError) -> bool:
    """Check whether an error would meet every submission: no room, a broken or read-only disk, no descriptors left.

    Args:
        error: of reading or writing the files of one submission.
    """
    return error.errno in _OF_THE_MACHINE
