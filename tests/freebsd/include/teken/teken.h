/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Positions, areas and colours of text, as terminals know them. */
#ifndef TEST_TEKEN_H
#define TEST_TEKEN_H

typedef uint32_t teken_char_t;
typedef unsigned short teken_unit_t;
typedef unsigned char teken_format_t;
typedef unsigned char teken_color_t;
typedef struct {
	teken_unit_t tp_row, tp_col;
} teken_pos_t;
typedef struct {
	teken_pos_t tr_begin, tr_end;
} teken_rect_t;
typedef struct {
	teken_format_t ta_format;
	teken_color_t ta_fgcolor, ta_bgcolor;
} teken_attr_t;
typedef struct {
	teken_unit_t ts_begin, ts_end;
} teken_span_t;
typedef struct __teken {
	void *t_softc;
} teken_t;

#define TC_BLACK 0
#define TC_WHITE 7

#endif
