# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_work.c held pvh: pages that a former backend maps are shared again
s/p->wait = .*/p->wait = false;/
