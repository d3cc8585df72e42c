# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront.c bringup pvh: the watch is not removed
/^static void unwatch/,/^}/{/xenbus_unwatch_path_token/d}
