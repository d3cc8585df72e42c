# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_port.c bringup pvh: the backend is not notified
s/^\tnotify_remote_via_evtchn(to_port(chan));/\t(void)chan;/
