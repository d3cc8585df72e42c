# SPDX-License-Identifier: MIT OR GPL-2.0-only
# pgdir.c directory: a chain may go on after the last grant
s/if (more != (link != 0))/if (more \&\& !link)/
