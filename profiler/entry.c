// SPDX-License-Identifier: BSD-2-Clause
/* entry.c - the application's entry: which file the runtime was told to run, and what is its code
 */
#include "entry.h"

#include <string.h>

#include "fs.h"

bool entry_is_module_file(const char *path)
{
	static const char *const extensions[] = {".py",	 ".pyc", ".so",	  ".js",
						 ".mjs", ".cjs", ".json", ".node"};
	const char *extension = fs_extension(path), *base = fs_basename(path), *so;

	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (strcmp(extension, extensions[i]) == 0)
			return true;
	so = strstr(base, ".so.");
	return so && so[4 + strspn(so + 4, "0123456789.")] == '\0' && so[4];
}

static bool ends_with(const char *path, size_t size, const char *end)
{
	size_t cut = strlen(end);

	return size >= cut && memcmp(path + size - cut, end, cut) == 0;
}

/* Takes "/NAME" off the end, where a dotted name stands for folders. */
static bool take_name(const char *path, size_t *size, const char *name, size_t name_size)
{
	if (*size <= name_size || path[*size - name_size - 1] != '/')
		return false;
	for (size_t i = 0; i < name_size; i++) {
		char wanted = name[i] == '.' ? '/' : name[i];

		if (path[*size - name_size + i] != wanted)
			return false;
	}
	*size -= name_size + 1;
	return true;
}

/* "a/b.py", "a/b/__init__.py", "a/__pycache__/b.cpython-311.pyc", "a/b.cpython-311.so": "a/b" */
static size_t module_stem(const char *path, char *stem, size_t room)
{
	static const char cache[] = "/__pycache__/";
	const char *base = fs_basename(path), *dot = strchr(base, '.');
	size_t folder = (size_t)(base - path), name = dot ? (size_t)(dot - base) : strlen(base);

	if (name == strlen("__init__") &&
	    (memcmp(base, "__init__", name) == 0 || memcmp(base, "__main__", name) == 0))
		name = 0;
	if (ends_with(path, folder, cache))
		folder -= sizeof(cache) - 2; /* keeps one slash */
	if (!name && folder)
		folder--;
	if (folder + name >= room)
		return 0;
	memcpy(stem, path, folder);
	memcpy(stem + folder, base, name);
	return folder + name;
}

bool entry_is_python_module(const char *path, const char *name)
{
	char stem[4096];
	size_t size, whole;

	if (strncmp(fs_extension(path), ".py", 3) != 0 && strcmp(fs_extension(path), ".so") != 0)
		return false;
	size = module_stem(path, stem, sizeof(stem));
	/* "-m a.b" runs a, then a.b or a.b.__main__: the first of them that is opened */
	for (size_t part = strcspn(name, "."); part <= strlen(name);
	     part += 1 + strcspn(name + part + 1, ".")) {
		whole = size;
		if (size && take_name(stem, &whole, name, part))
			return true;
		if (!name[part])
			break;
	}
	return false;
}

static const char *next_word(const char *word, const char *end)
{
	word += strnlen(word, (size_t)(end - word)) + 1;
	return word < end ? word : NULL;
}

enum option {
	OPTION_ALONE,
	OPTION_VALUE,  /* the next word is its value */
	OPTION_CODE,   /* there is no file */
	OPTION_MODULE, /* the next word is a module's name */
};

/* Python's options of one letter can be put together, and with a value: -Im pkg, -Wignore. */
static enum option python_option(const char *word, const char **value)
{
	if (word[1] == '-')
		return strcmp(word, "--check-hash-based-pycs") == 0 ? OPTION_VALUE : OPTION_ALONE;
	for (const char *letter = word + 1; *letter; letter++) {
		*value = letter[1] ? letter + 1 : NULL;
		if (*letter == 'c')
			return OPTION_CODE;
		if (*letter == 'm')
			return OPTION_MODULE;
		if (*letter == 'W' || *letter == 'X')
			return *value ? OPTION_ALONE : OPTION_VALUE;
	}
	return OPTION_ALONE;
}

static bool one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

static enum option node_option(const char *word)
{
	static const char *const code[] = {"-e", "--eval", "-p", "--print", "-pe", NULL};
	static const char *const value[] = {
		"-r", "--require", "--import",	   "--loader", "--experimental-loader",
		"-C", "--title",   "--conditions", NULL};

	if (one_of(word, code))
		return OPTION_CODE;
	return one_of(word, value) ? OPTION_VALUE : OPTION_ALONE;
}

void entry_of_command(enum event_runtime_kind runtime, const char *words, size_t size,
		      const char **file, const char **module)
{
	const char *end = words + size, *word = size ? next_word(words, end) : NULL;

	*file = *module = NULL;
	for (; word; word = next_word(word, end)) {
		const char *value = NULL;
		enum option option;

		if (word[0] != '-') {
			*file = *word ? word : NULL;
			return;
		}
		if (strcmp(word, "--") == 0) {
			*file = next_word(word, end);
			return;
		}
		if (!word[1])
			return; /* standard input */
		option = runtime == EVENT_RUNTIME_PYTHON ? python_option(word, &value)
							 : node_option(word);
		if (option == OPTION_MODULE)
			*module = value ? value : next_word(word, end);
		if (option == OPTION_MODULE || option == OPTION_CODE)
			return;
		if (option == OPTION_VALUE)
			word = next_word(word, end);
		if (!word)
			return;
	}
}
