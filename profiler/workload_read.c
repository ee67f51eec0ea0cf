// SPDX-License-Identifier: BSD-2-Clause
/* workload_read.c - a workload.json, checked against what each key may hold */
#include "workload.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "err.h"
#include "fs.h"
#include "jsonx.h"

#define FILE_LIMIT  (1024 * 1024)
#define REPEAT_MAX  100000
#define WORKERS_MAX 1000

/* A form that a text must have; reports/schema/workload.schema.json has the same. */
struct form {
	const char *pattern; /* POSIX extended */
	const char *reason;
};

static const struct form form_any = {"", NULL};
static const struct form form_runtime = {"^(node|python)$", "must be node or python"};
static const struct form form_version = {"^[0-9]+(\\.[0-9]+){0,2}$",
					 "must be a version such as 18.0 or 3.11"};
static const struct form form_summary = {"^[^\n]{1,100}$",
					 "must be one line of at most 100 characters"};
static const struct form form_entry = {"^[^/]", "must be a path relative to the folder"};
static const struct form form_ready = {
	"^(exit|listen|lambda|http(:[0-9]{1,5})?(/.*)?|line:.+)$",
	"must be exit, listen, http[:PORT][/PATH], line:REGEX or lambda"};
static const struct form form_tag = {"^[a-z0-9][a-z0-9-]*$",
				     "must be of lower-case letters, digits and -"};
static const struct form form_service = {"^(redis|kafka)$", "must be redis or kafka"};
static const struct form form_contract = {"^(api|stream|score|retrieve|job|function)$",
					  "must be api, stream, score, retrieve, job or function"};
static const struct form form_method = {"^[A-Z]+$", "must be an HTTP method in capitals"};
static const struct form form_path = {"^/[^ \t\r\n]*$", "must begin with / and have no spaces"};
static const struct form form_header = {"^[^\r\n]*$", "must be one line"};

static const char *const header_name = "^[A-Za-z0-9-]+$";
static const char *const env_name = "^[A-Za-z_][A-Za-z0-9_]*$";

static bool matches(const char *pattern, const char *text)
{
	regex_t regex;
	bool match;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB))
		return false;
	match = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return match;
}

static int copy_text(const char *text, char **out)
{
	*out = strdup(text);
	return *out ? 0 : err_code(-ENOMEM, "cannot read a workload");
}

/* The text of |key|, in its form; an optional one that is absent leaves |*out|. */
static int get_text(const struct jsonx *object, const char *key, enum jsonx_need need,
		    const struct form *form, char **out)
{
	struct jsonx place = {.file = object->file, .parent = object, .key = key};
	const char *text = NULL;
	int err;

	err = jsonx_get_string(object, key, need, &text);
	if (err || !text)
		return err;
	if (!matches(form->pattern, text))
		return jsonx_error(&place, "%s", form->reason);
	return copy_text(text, out);
}

/* A number from |low| to |high|; one that is absent leaves |*out|. */
static int get_number(const struct jsonx *object, const char *key, unsigned low, unsigned high,
		      unsigned *out)
{
	struct jsonx place = {.file = object->file, .parent = object, .key = key};
	uint64_t number = UINT64_MAX;
	int err;

	err = jsonx_get_u64(object, key, JSONX_OPTIONAL, &number);
	if (err || number == UINT64_MAX)
		return err;
	if (number < low || number > high)
		return jsonx_error(&place, "must be from %u to %u", low, high);
	*out = (unsigned)number;
	return 0;
}

static int get_status(const struct jsonx *object, const char *key, unsigned *out)
{
	return get_number(object, key, 100, 599, out);
}

/* The texts of |array|; those of another form than any are there once each. */
static int take_texts(const struct jsonx *array, const struct form *form, workload_texts *out)
{
	struct jsonx place = {0};
	const char *text;
	char **slot;
	int err = 0;

	while (!err && jsonx_next(array, &place)) {
		err = jsonx_to_string(&place, &text);
		if (err)
			break;
		if (!matches(form->pattern, text))
			return jsonx_error(&place, "%s", form->reason);
		if (form != &form_any && workload_texts_have(out, text))
			return jsonx_error(&place, "'%s' is there twice", text);
		slot = vec_add(out);
		err = slot ? copy_text(text, slot) : -ENOMEM;
	}
	return err;
}

static int get_texts(const struct jsonx *object, const char *key, enum jsonx_need need,
		     const struct form *form, workload_texts *out)
{
	struct jsonx array = {0};
	int err = jsonx_get_array(object, key, need, &array);

	return err ? err : take_texts(&array, form, out);
}

static int get_pairs(const struct jsonx *object, const char *key, const char *name_pattern,
		     const struct form *form, workload_pairs *out)
{
	struct jsonx members = {0}, place = {0};
	struct workload_pair *pair;
	const char *text;
	int err;

	err = jsonx_get_object(object, key, JSONX_OPTIONAL, &members);
	while (!err && jsonx_next(&members, &place)) {
		err = jsonx_to_string(&place, &text);
		if (err)
			break;
		if (!matches(name_pattern, place.key))
			return jsonx_error(&members, "'%s' is no good name here", place.key);
		if (!matches(form->pattern, text))
			return jsonx_error(&place, "%s", form->reason);
		pair = vec_add(out);
		err = pair ? copy_text(place.key, &pair->name) : -ENOMEM;
		if (!err)
			err = copy_text(text, &pair->value);
	}
	return err;
}

/* A regular expression that compiles. */
static int get_regex(const struct jsonx *object, const char *key, char **out)
{
	struct jsonx place = {.file = object->file, .parent = object, .key = key};
	char reason[128];
	regex_t regex;
	int err;

	err = get_text(object, key, JSONX_OPTIONAL, &form_any, out);
	if (err || !*out)
		return err;
	err = regcomp(&regex, *out, REG_EXTENDED | REG_NOSUB);
	if (err) {
		regerror(err, &regex, reason, sizeof(reason));
		return jsonx_error(&place, "not a regular expression: %s", reason);
	}
	regfree(&regex);
	return 0;
}

static int read_request(const struct jsonx *place, struct workload_request *out)
{
	static const char *const keys[] = {"method", "path",   "headers", "body",
					   "status", "repeat", NULL};
	int err;

	err = jsonx_check_keys(place, keys);
	if (!err)
		err = get_text(place, "method", JSONX_OPTIONAL, &form_method, &out->method);
	if (!err && !out->method)
		err = copy_text("GET", &out->method);
	if (!err)
		err = get_text(place, "path", JSONX_REQUIRED, &form_path, &out->path);
	if (!err)
		err = get_pairs(place, "headers", header_name, &form_header, &out->headers);
	if (!err)
		err = get_text(place, "body", JSONX_OPTIONAL, &form_any, &out->body);
	if (!err)
		err = get_status(place, "status", &out->status);
	out->repeat = 1;
	if (!err)
		err = get_number(place, "repeat", 1, REPEAT_MAX, &out->repeat);
	return err;
}

static int read_role(const struct jsonx *place, struct workload_role *out)
{
	static const char *const keys[] = {"role", "command", "parent", NULL};
	int err;

	err = jsonx_check_keys(place, keys);
	if (!err)
		err = get_text(place, "role", JSONX_REQUIRED, &form_tag, &out->role);
	if (!err)
		err = get_regex(place, "command", &out->command);
	if (!err)
		err = get_regex(place, "parent", &out->parent);
	if (!err && !out->command && !out->parent)
		err = jsonx_error(place, "must have 'command' or 'parent'");
	return err;
}

/* Commands, each a list of words. */
static int read_build(const struct jsonx *root, struct workload *out)
{
	struct jsonx array = {0}, place = {0};
	int err;

	err = jsonx_get_array(root, "build", JSONX_OPTIONAL, &array);
	while (!err && jsonx_next(&array, &place)) {
		workload_texts *command = vec_add(&out->build);

		err = command ? jsonx_to_array(&place) : -ENOMEM;
		if (!err)
			err = take_texts(&place, &form_any, command);
		if (!err && (!command->count || !command->items[0][0]))
			err = jsonx_error(&place, "must name a program");
	}
	return err;
}

static int read_lists(const struct jsonx *root, struct workload *out)
{
	struct jsonx array = {0}, place = {0};
	int err;

	err = jsonx_get_array(root, "requests", JSONX_OPTIONAL, &array);
	while (!err && jsonx_next(&array, &place)) {
		struct workload_request *request = vec_add(&out->requests);

		err = request ? read_request(&place, request) : -ENOMEM;
	}
	if (err)
		return err;
	array = place = (struct jsonx){0};
	err = jsonx_get_array(root, "roles", JSONX_OPTIONAL, &array);
	while (!err && jsonx_next(&array, &place)) {
		struct workload_role *role = vec_add(&out->roles);

		err = role ? read_role(&place, role) : -ENOMEM;
	}
	if (!err)
		err = get_texts(root, "services", JSONX_OPTIONAL, &form_service, &out->services);
	if (!err)
		err = get_texts(root, "tags", JSONX_OPTIONAL, &form_tag, &out->tags);
	if (!err)
		err = get_pairs(root, "env", env_name, &form_any, &out->env);
	return err;
}

/* "../x", "a/../../x" and the like leave the folder. */
static bool leaves_folder(const char *path)
{
	return matches("(^|/)\\.\\.(/|$)", path);
}

static int read_command(const struct jsonx *root, struct workload *out)
{
	struct jsonx command = {.file = root->file, .parent = root, .key = "command"};
	struct jsonx entry = {.file = root->file, .parent = root, .key = "entry"};
	int err;

	err = get_texts(root, "command", JSONX_REQUIRED, &form_any, &out->command);
	if (!err && (!out->command.count || !out->command.items[0][0]))
		err = jsonx_error(&command, "must name a program");
	if (!err)
		err = get_text(root, "entry", JSONX_OPTIONAL, &form_entry, &out->entry);
	if (!err && out->entry && leaves_folder(out->entry))
		err = jsonx_error(&entry, "%s", form_entry.reason);
	if (!err)
		err = get_text(root, "ready", JSONX_OPTIONAL, &form_ready, &out->ready);
	if (!err)
		err = get_status(root, "ready_status", &out->ready_status);
	if (!err)
		err = get_number(root, "workers", 1, WORKERS_MAX, &out->workers);
	return err ? err : read_build(root, out);
}

/* Those that "runtimes" names, of which |runtime| is the first; without it that one alone. */
static int read_runtimes(const struct jsonx *root, struct workload *out)
{
	struct jsonx place = {.file = root->file, .parent = root, .key = "runtimes"};
	workload_texts names = {0};
	int err;

	err = get_texts(root, "runtimes", JSONX_OPTIONAL, &form_runtime, &names);
	if (!err && names.count && strcmp(names.items[0], out->runtime))
		err = jsonx_error(&place, "must begin with '%s', the runtime", out->runtime);
	for (size_t i = 0; i < (names.count ? names.count : 1) && !err; i++) {
		struct workload_runtime *runtime = vec_add(&out->runtimes);

		err = runtime ? copy_text(names.count ? names.items[i] : out->runtime,
					  &runtime->name)
			      : -ENOMEM;
	}
	workload_texts_release(&names);
	return err;
}

static int read_identity(const struct jsonx *root, const char *name, struct workload *out)
{
	struct jsonx name_place = {.file = root->file, .parent = root, .key = "name"};
	int err;

	err = get_text(root, "name", JSONX_REQUIRED, &form_any, &out->name);
	if (!err && strcmp(out->name, name))
		err = jsonx_error(&name_place, "must be '%s', as its folder", name);
	if (!err)
		err = get_text(root, "runtime", JSONX_REQUIRED, &form_runtime, &out->runtime);
	if (!err && (strncmp(name, out->runtime, strlen(out->runtime)) ||
		     name[strlen(out->runtime)] != '/'))
		err = jsonx_error(&name_place, "must begin with '%s/', the runtime", out->runtime);
	if (!err)
		err = read_runtimes(root, out);
	if (!err)
		err = get_text(root, "runtime_min_version", JSONX_OPTIONAL, &form_version,
			       &out->min_version);
	if (!err)
		err = get_text(root, "summary", JSONX_REQUIRED, &form_summary, &out->summary);
	if (!err)
		err = get_text(root, "contract", JSONX_OPTIONAL, &form_contract, &out->contract);
	return err;
}

static int find_lock(const struct workload *workload, struct workload_runtime *runtime)
{
	const char *name =
		strcmp(runtime->name, "node") == 0 ? "package-lock.json" : "requirements.lock";
	struct buf path = {0};
	int err;

	err = buf_printf(&path, "%s/%s", workload->folder, name);
	if (!err && fs_exists(buf_text(&path)))
		err = copy_text(name, &runtime->lock);
	buf_release(&path);
	return err;
}

static int find_locks(struct workload *workload)
{
	int err = 0;

	vec_foreach(runtime, &workload->runtimes)
		if (!err)
			err = find_lock(workload, runtime);
	return err;
}

static int read_document(const char *file, const cJSON *document, const char *name,
			 struct workload *out)
{
	static const char *const keys[] = {"name",     "runtime",
					   "runtimes", "runtime_min_version",
					   "summary",  "build",
					   "command",  "entry",
					   "ready",    "ready_status",
					   "workers",  "requests",
					   "services", "roles",
					   "tags",     "env",
					   "contract", NULL};
	struct jsonx root = jsonx_root(file, document);
	int err;

	err = jsonx_check_keys(&root, keys);
	if (!err)
		err = read_identity(&root, name, out);
	if (!err)
		err = read_command(&root, out);
	if (!err)
		err = read_lists(&root, out);
	return err;
}

int workload_load(const char *folder, const char *name, struct workload *out)
{
	struct workload loaded = {0};
	cJSON *document = NULL;
	struct buf file = {0};
	struct stat st;
	int err;

	err = buf_printf(&file, "%s/workload.json", folder);
	if (err)
		goto out;
	/* anything but a file could block the read */
	if (stat(buf_text(&file), &st) == 0 && !S_ISREG(st.st_mode)) {
		err_print("cannot read '%s': not a regular file", buf_text(&file));
		err = -EINVAL;
		goto out;
	}
	err = jsonx_load(buf_text(&file), FILE_LIMIT, &document);
	if (!err)
		err = read_document(buf_text(&file), document, name, &loaded);
	if (!err)
		err = copy_text(folder, &loaded.folder);
	if (!err)
		err = find_locks(&loaded);
	if (!err)
		*out = loaded;
	else
		workload_release(&loaded);
out:
	cJSON_Delete(document);
	buf_release(&file);
	return err;
}
