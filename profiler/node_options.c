// SPDX-License-Identifier: BSD-2-Clause
/* node_options.c - Node.js's own options in a command line and in NODE_OPTIONS */
#include "node_options.h"

#include <stdlib.h>
#include <string.h>

/* Node's options whose value may be the next argument; union of 12 to 26, each tried on 20 to 26 */
static const char *const value_options[] = {
	"-C",
	"-r",
	"--allow-fs-read",
	"--allow-fs-write",
	"--bench-isolation",
	"--bench-name-pattern",
	"--bench-reporter",
	"--bench-reporter-destination",
	"--bench-samples",
	"--bench-warmup",
	"--conditions",
	"--cpu-prof-dir",
	"--cpu-prof-interval",
	"--cpu-prof-name",
	"--debug-port",
	"--diagnostic-dir",
	"--disable-proto",
	"--disable-warning",
	"--dns-result-order",
	"--env-file",
	"--env-file-if-exists",
	"--es-module-specifier-resolution",
	"--experimental-config-file",
	"--experimental-default-type",
	"--experimental-loader",
	"--experimental-package-map",
	"--experimental-policy",
	"--experimental-specifier-resolution",
	"--heap-prof-dir",
	"--heap-prof-interval",
	"--heap-prof-name",
	"--heapsnapshot-near-heap-limit",
	"--heapsnapshot-signal",
	"--icu-data-dir",
	"--import",
	"--input-type",
	"--inspect-port",
	"--inspect-publish-uid",
	"--loader",
	"--localstorage-file",
	"--max-http-header-size",
	"--max-old-space-size-percentage",
	"--network-family-autoselection-attempt-timeout",
	"--openssl-config",
	"--policy-integrity",
	"--redirect-warnings",
	"--report-dir",
	"--report-directory",
	"--report-filename",
	"--report-signal",
	"--require",
	"--secure-heap",
	"--secure-heap-min",
	"--security-revert",
	"--snapshot-blob",
	"--title",
	"--tls-cipher-list",
	"--tls-keylog",
	"--trace-event-categories",
	"--trace-event-file-pattern",
	"--trace-require-module",
	"--unhandled-rejections",
	"--use-largepages",
	"--v8-pool-size",
	"--vfs-load",
	"--vfs-mount",
	"--watch-kill-signal",
	"--watch-path",
	NULL,
};

/* Node's options with which no script of the command line is the program */
static const char *const no_entry[] = {
	"-e",
	"-h",
	"-i",
	"-p",
	"-pe",
	"-v",
	"--bench",
	"--build-sea",
	"--build-snapshot-config",
	"--eval",
	"--completion-bash",
	"--experimental-sea-config",
	"--help",
	"--interactive",
	"--print",
	"--run",
	"--prof-process",
	"--test",
	"--version",
	"--v8-options",
	NULL,
};

/* Node takes _ for - in the names of long options. */
bool node_option_is(const char *argument, const char *option)
{
	bool is_long = option[1] == '-';

	for (; *option; argument++, option++)
		if (*argument != *option && !(is_long && *argument == '_' && *option == '-'))
			return false;
	return !*argument || *argument == '=';
}

static bool option_in(const char *argument, const char *const *options)
{
	for (; *options; options++)
		if (node_option_is(argument, *options))
			return true;
	return false;
}

const char *node_options_script(char *const argv[])
{
	for (size_t i = 1; argv[0] && argv[i]; i++) {
		if (strcmp(argv[i], "--") == 0)
			return argv[i + 1];
		if (strcmp(argv[i], "-") == 0)
			return NULL;
		if (argv[i][0] != '-')
			return i == 1 && strcmp(argv[i], "inspect") == 0 ? NULL : argv[i];
		if (option_in(argv[i], no_entry))
			return NULL;
		if (option_in(argv[i], value_options) && !strchr(argv[i], '=') && argv[++i] == NULL)
			return NULL;
	}
	return NULL;
}

/* Of code and the like it is not known whether it is there: it is, if it is no option. */
static bool takes_next(const char *argument, const char *next)
{
	if (!next || strchr(argument, '='))
		return false;
	return option_in(argument, value_options) ||
	       (option_in(argument, no_entry) && next[0] != '-');
}

const char *node_options_find(char *const argv[], const char *const *options)
{
	for (size_t i = 1; argv[0] && argv[i] && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--") == 0 || strcmp(argv[i], "-") == 0)
			return NULL;
		if (option_in(argv[i], options))
			return argv[i];
		if (takes_next(argv[i], argv[i + 1]))
			i++;
	}
	return NULL;
}

char *node_options_find_word(const char *words, const char *const *options)
{
	while (*words) {
		size_t length = strcspn(words, " ");
		char *word = strndup(words, length);

		if (word && option_in(word, options))
			return word;
		free(word);
		words += length;
		words += strspn(words, " ");
	}
	return NULL;
}
