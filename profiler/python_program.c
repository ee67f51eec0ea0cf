// SPDX-License-Identifier: BSD-2-Clause
/* python_program.c - what calibration has an interpreter run, and what that tells about itself */
#include "python_program.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char python_program[] =
	"import sys, posix, _imp, builtins\n"
	"Spec = type(sys.__spec__)\n"
	"def load(name, *more):\n"
	"    try: return __import__(name, *more)\n"
	"    except ImportError: pass\n"
	"builtins.coldprof_load = load\n"
	"code = compile('coldprof_load(\"" PYTHON_PROGRAM_INNER "\")\\n'\n"
	"    'if __name__[-1] == \"2\": raise ImportError', 'coldprof body', 'exec')\n"
	"class Finder:\n"
	"    @staticmethod\n"
	"    def find_spec(name, path=None, target=None):\n"
	"        if name.startswith('" PYTHON_PROGRAM_NAME "present'): return Spec(name, Finder)\n"
	"    @staticmethod\n"
	"    def create_module(spec): return None\n"
	"    @staticmethod\n"
	"    def exec_module(module):\n"
	"        if module.__name__[-1] == '0': exec(code, module.__dict__)\n"
	"        else: again(exec, code, module.__dict__)\n"
	"def again(f, *args, **more): return f(*args, **more)\n"
	/* a module without a name can't run, since 3.15 one that can't import what it needs */
	"needs = 'numbers', 'collections', 'collections.abc', 'asyncio', 'asyncio.events'\n"
	"def fails(module):\n"
	"    had = {name: sys.modules.get(name) for name in needs}\n"
	"    sys.modules.update(dict.fromkeys(needs))\n"
	"    try: _imp.exec_dynamic(module)\n"
	"    except (SystemError, ImportError): return True\n"
	"    finally:\n"
	"        for name in needs: sys.modules.pop(name, None)\n"
	"        sys.modules.update({n: m for n, m in had.items() if m})\n"
	"def fail(name):\n"
	"    try:\n"
	"        spec = sys.meta_path[2].find_spec(name)\n"
	"        module = _imp.create_dynamic(spec)\n"
	"        sys.modules.pop(name, None)\n"
	"        del module.__name__\n"
	"        if not fails(module): return\n"
	"    except Exception: return\n"
	"    try:\n"
	"        spec.origin += '.absent'\n"
	"        _imp.create_dynamic(spec)\n"
	"    except ImportError: return True\n"
	"sys.meta_path.append(Finder)\n"
	"texts = [chr(c) * 3 for c in (97, 233, 256, 65536)]\n"
	"find = getattr(_imp, 'find_frozen', None) or _imp.is_frozen\n"
	"facts = dict(version=sys.hexversion >> 16,\n"
	"    cpython=int(sys.implementation.name == 'cpython'),\n"
	"    object=object.__basicsize__, ascii=''.__sizeof__() - 1,\n"
	"    wide=chr(256).__sizeof__() - 4, text0=id(texts[0]), text1=id(texts[1]),\n"
	"    text2=id(texts[2]), text3=id(texts[3]), code=id(code), file=id(code.co_filename),\n"
	"    exec=id(exec), find=id(find),\n"
	"    create=id(_imp.create_dynamic), run=id(_imp.exec_dynamic))\n"
	"posix.write(1, ''.join('%s %d\\n' % item for item in facts.items()).encode())\n"
	"posix.kill(posix.getpid(), 12)\n"
	"for i in range(3):\n"
	"    load('" PYTHON_PROGRAM_NAME "absent%d' % i)\n"
	"    load('" PYTHON_PROGRAM_NAME "present%d' % i)\n"
	"    load('" PYTHON_PROGRAM_NAME "relative%d' % i, {'__package__': '" PYTHON_PROGRAM_NAME
	"pkg', '__name__': '" PYTHON_PROGRAM_NAME "pkg.x'},\n"
	"         None, (), 1)\n"
	"try: import " PYTHON_PROGRAM_NAME "absent\n"
	"except ImportError: pass\n"
	"import " PYTHON_PROGRAM_NAME "present\n"
	"def f(): import " PYTHON_PROGRAM_NAME "present_too\n"
	"f()\n"
	"try: from " PYTHON_PROGRAM_NAME "absent_too import x\n"
	"except ImportError: pass\n"
	"loaded = None\n"
	"for name in ('_json', '_heapq', '_csv', '_bisect', '_struct', '_random', '_opcode',\n"
	"        'math', 'zlib', '_datetime', 'array', '_lsprof', 'mmap', 'resource', 'termios',\n"
	"        '_decimal', '_asyncio'):\n"
	"    if name in sys.modules or name in sys.builtin_module_names: continue\n"
	"    if not loaded: loaded = load(name)\n"
	"    elif fail(name): break\n"
	"posix.kill(posix.getpid(), 12)\n"
	"load('" PYTHON_PROGRAM_NAME "present0')\n"
	"import " PYTHON_PROGRAM_NAME "present\n"
	"from " PYTHON_PROGRAM_NAME "present_too import __name__\n"
	"f()\n"
	"posix.kill(posix.getpid(), 12)\n";

/* The layout while it is looked for. */
struct lookup {
	const struct tracee *tracee;
	const struct python_told *told;
	struct import_layout layout;
};

static int fail(const char **why, const char *text)
{
	*why = text;
	return -ENOTSUP;
}

static int take_told(struct tracee *tracee, struct python_told *told, const char **why)
{
	const struct {
		const char *name;
		uint64_t *value;
	} known[] = {
		{"version", &told->version}, {"cpython", &told->cpython}, {"object", &told->object},
		{"ascii", &told->ascii},     {"file", &told->file},	  {"exec", &told->exec},
		{"find", &told->find},	     {"wide", &told->wide},	  {"text0", &told->text[0]},
		{"text1", &told->text[1]},   {"text2", &told->text[2]},	  {"text3", &told->text[3]},
		{"code", &told->code},	     {"create", &told->create},	  {"run", &told->run}};
	char text[4096], *rest = text, *line, name[32];
	ssize_t size = read(tracee->output, text, sizeof(text) - 1);
	size_t found = 0;
	uint64_t value;

	text[size > 0 ? size : 0] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		if (sscanf(line, "%31s %" SCNu64, name, &value) != 2)
			continue;
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (strcmp(known[i].name, name) == 0) {
				*known[i].value = value;
				found++;
			}
	}
	if (found != sizeof(known) / sizeof(known[0]) || !told->cpython)
		return fail(why, "the interpreter does not tell what CPython tells");
	return 0;
}

/* The bits of a str's state that tell its kind: (kind, compact, ascii) of the four texts. */
static bool find_kind_bits(struct lookup *lookup)
{
	static const uint32_t want[] = {1 | 8 | 16, 1 | 8, 2 | 8, 4 | 8};

	for (unsigned int shift = 0; shift < 27; shift++) {
		bool good = true;

		for (size_t i = 0; i < 4; i++) {
			uint32_t state = (uint32_t)tracee_word(
				lookup->tracee, lookup->told->text[i] + lookup->layout.state);

			good &= (state >> shift & 31) == want[i];
		}
		if (good) {
			lookup->layout.kind_shift = (uint8_t)shift;
			return true;
		}
	}
	return false;
}

/* Each text is three times the same character. */
static bool layout_holds(const struct lookup *lookup)
{
	static const uint32_t characters[] = {97, 233, 256, 65536};
	static const uint8_t widths[] = {1, 1, 2, 4};

	for (size_t i = 0; i < 4; i++) {
		uint64_t data =
			lookup->told->text[i] + (i ? lookup->layout.wide : lookup->layout.ascii);
		uint32_t character = 0;

		if (tracee_word(lookup->tracee, lookup->told->text[i] + lookup->layout.length) !=
			    3 ||
		    !tracee_read(lookup->tracee, data + 2 * widths[i], &character, widths[i]) ||
		    character != characters[i])
			return false;
	}
	return true;
}

/* Where a code object has its file name: the one word that is it. */
static bool find_file_name(struct lookup *lookup)
{
	size_t found = 0;

	for (uint16_t at = 0; at < 256; at += 8)
		if (tracee_word(lookup->tracee, lookup->told->code + at) == lookup->told->file) {
			lookup->layout.file_name = at;
			found++;
		}
	return found == 1;
}

int python_program_told(struct tracee *tracee, struct python_told *told,
			struct import_layout *layout, const char **why)
{
	struct lookup lookup = {.tracee = tracee, .told = told};
	int rc = take_told(tracee, told, why);

	if (rc)
		return rc;
	if (told->object > 64 || told->ascii > 200 || told->wide > 200)
		return fail(why, "its objects are not as in CPython");
	/* PyObject, length, hash, state, characters: Include/cpython/unicodeobject.h */
	lookup.layout = (struct import_layout){.ascii = (uint8_t)told->ascii,
					       .wide = (uint8_t)told->wide,
					       .length = (uint8_t)told->object,
					       .state = (uint8_t)(told->object + 16)};
	if (!find_kind_bits(&lookup) || !layout_holds(&lookup))
		return fail(why, "its strings are not as in CPython 3.8 to 3.14");
	if (!find_file_name(&lookup))
		return fail(why, "its code objects are not as in CPython 3.8 to 3.14");
	*layout = lookup.layout;
	return 0;
}
