# SPDX-License-Identifier: MIT OR GPL-2.0-only
# back.c both: what the budget left over is nobodys duty
/^static void settle/,/^}/s/\t\t\tb->again = 1;/\t\t\t;/
