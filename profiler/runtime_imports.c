// SPDX-License-Identifier: BSD-2-Clause
/* runtime_imports.c - where the imports of a Python pass, looked for once for a build of it */
#include "runtime.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "python_calibrate.h"

static int calibrate(const struct runtime_finder *finder, struct runtime *runtime)
{
	struct symbols *code = (struct symbols *)runtime_code(runtime);
	struct python_calibration calibration = {
		.user = finder->user,
		.environment = finder->environment,
		.path = runtime->path,
		.code = code,
		.libc = &runtime->libc,
	};
	struct buf text = {0};
	int rc = python_calibrate(&calibration, &runtime->imports, &text);

	/* only what was found is kept: what went wrong may go well another time */
	if (rc && rc != -ENOMEM) {
		runtime->imports_missing = buf_steal(&text);
		rc = 0;
	} else if (!rc) {
		rc = python_sites_text(&runtime->imports, &text);
		if (!rc)
			rc = symbols_set_python(finder->cache, code, buf_text(&text));
	}
	buf_release(&text);
	return rc;
}

int runtime_find_imports(const struct runtime_finder *finder, struct runtime *runtime)
{
	const struct symbols *code = runtime_code(runtime);

	if (runtime->kind != EVENT_RUNTIME_PYTHON)
		return 0;
	if (!code->native) {
		runtime->imports_missing = strdup("it is made for another architecture");
		return runtime->imports_missing ? 0 : -ENOMEM;
	}
	if (code->python && !python_sites_parse(code->python, &runtime->imports))
		return 0;
	return calibrate(finder, runtime);
}
