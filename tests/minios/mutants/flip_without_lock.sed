# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_flip.c flip pvh: a flip is sent with events on
/^\tslot = free_slot(dev->conn\[connector\]);/,/^\tlocal_irq_restore(irq);/{/slot = /s/^/\tlocal_irq_restore(irq);\n/;/local_irq_restore(irq);$/{/slot/!d}}
