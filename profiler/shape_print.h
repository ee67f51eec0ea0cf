/* SPDX-License-Identifier: BSD-2-Clause */
/* shape_print.h - structs with a shape as JSON text that is written while they are walked */
#ifndef COLDPROF_SHAPE_PRINT_H
#define COLDPROF_SHAPE_PRINT_H

#include <stdio.h>

#include "shape.h"

/*
 * Writes what cJSON_Print makes of shape_write's document, byte by byte, and a newline; but no
 * document is made, so that no memory is needed, however big |object| is. 0, -ENOMEM, or -EIO where
 * |out| has failed.
 */
int shape_print(const struct shape *shape, const void *object, FILE *out);

#endif
