// SPDX-License-Identifier: BSD-2-Clause
/* symbols.c - facts of an ELF file that probes stand on, looked up once and cached by build id */
#include "symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "elfx.h"
#include "node_version.h"
#include "map.h"
#include "symbols_store.h"
#include "user_job.h"

struct symbols_cache {
	const struct user *user;
	char *folder;	  /* NULL: only memory */
	struct map known; /* struct file_key -> index in |answers| */
	VEC(struct buf) answers;
};

/* One file as it is now. */
struct file_key {
	uint64_t device, inode, size;
	int64_t modified_ns, changed_ns;
};

int symbols_cache_new(const struct user *user, const char *folder, struct symbols_cache **out)
{
	struct symbols_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return -ENOMEM;
	cache->user = user;
	cache->folder = folder ? strdup(folder) : NULL;
	if (folder && !cache->folder) {
		free(cache);
		return -ENOMEM;
	}
	*out = cache;
	return 0;
}

void symbols_cache_free(struct symbols_cache *cache)
{
	if (!cache)
		return;
	vec_foreach(answer, &cache->answers)
		buf_release(answer);
	vec_release(&cache->answers);
	map_release(&cache->known);
	free(cache->folder);
	free(cache);
}

void symbols_release(struct symbols *symbols)
{
	if (!symbols)
		return;
	free(symbols->path);
	free(symbols->build_id);
	free(symbols->interpreter);
	free(symbols->version);
	free(symbols->python);
	vec_foreach(name, &symbols->needed)
		free(*name);
	vec_release(&symbols->needed);
	memset(symbols, 0, sizeof(*symbols));
}

/* From here to read_file all goes on in the user's process. */

/*
 * The file system's own device number, as the kernel's struct super_block has it and BPF reports
 * it. stat(2) tells another one on btrfs and overlayfs, the list of our own mappings this one.
 */
static int identify(int fd, const char *path, struct symbols *out)
{
	unsigned long start, end, inode, at;
	unsigned int high, low;
	char line[PATH_MAX + 128];
	struct stat st;
	void *page;
	FILE *maps;

	if (fstat(fd, &st))
		return -errno;
	out->device = major(st.st_dev) << 20 | minor(st.st_dev);
	out->inode = st.st_ino;
	out->path = realpath(path, NULL);
	if (!out->path)
		return -errno;
	page = mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0);
	maps = fopen("/proc/self/maps", "re");
	at = (unsigned long)page;
	while (page != MAP_FAILED && maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %*s %*x %x:%x %lu", &start, &end, &high, &low, &inode) !=
			    5 ||
		    start != at)
			continue;
		out->device = high << 20 | low;
		out->inode = inode;
	}
	if (maps)
		fclose(maps);
	if (page != MAP_FAILED)
		munmap(page, 1);
	return 0;
}

static int look_up(const struct elfx *elf, struct symbols *out)
{
	struct elfx_want wants[SYMBOL_COUNT] = {0};
	int rc;

	for (size_t i = 0; i < SYMBOL_COUNT; i++) {
		wants[i].name = symbols_name(i)->name;
		wants[i].holds = symbols_name(i)->holds;
	}
	rc = elfx_find(elf, wants, SYMBOL_COUNT);
	if (rc)
		return rc;
	for (size_t i = 0; i < SYMBOL_COUNT; i++) {
		out->offsets[i] = wants[i].offset;
		out->imports |= wants[i].imported ? 1u << i : 0;
	}
	if (out->offsets[SYMBOL_NODE_START]) {
		rc = v8_read(elf, &out->v8);
		if (!rc)
			rc = node_version(elf, &out->version);
		if (rc)
			return rc;
	}
	out->entry = elfx_entry(elf);
	out->layout = elfx_layout(elf);
	out->native = elfx_is_native(elf);
	out->build_id = strdup(elfx_build_id(elf));
	if (!out->build_id)
		return -ENOMEM;
	if (elfx_interpreter(elf) && !(out->interpreter = strdup(elfx_interpreter(elf))))
		return -ENOMEM;
	for (size_t i = 0; elfx_needed(elf, i); i++) {
		char *name = strdup(elfx_needed(elf, i));

		if (!name || vec_push(&out->needed, name)) {
			free(name);
			return -ENOMEM;
		}
	}
	return 0;
}

static int read_elf(int fd, const char *folder, struct symbols *out)
{
	const char *build_id;
	struct elfx *elf;
	int rc;

	rc = elfx_open_fd(fd, &elf);
	if (rc)
		return rc;
	build_id = elfx_build_id(elf);
	if (folder && *build_id && !symbols_store_load(folder, build_id, elfx_layout(elf), out))
		goto out;
	rc = look_up(elf, out);
	if (!rc && folder && *build_id)
		(void)symbols_store_save(folder, out); /* without a cache it works as well */
out:
	elfx_free(elf);
	return rc;
}

/* The child's answer and the memory of it: "DEVICE INODE PATH", NUL, facts. */
static int answer_text(const struct symbols *symbols, struct buf *out)
{
	int rc = buf_printf(out, "%u %llu %s", symbols->device, (unsigned long long)symbols->inode,
			    symbols->path);

	if (!rc)
		rc = buf_add(out, "", 1);
	return rc ? rc : symbols_store_text(symbols, out);
}

struct reading {
	const char *path, *folder;
};

static int read_file(void *context, struct buf *answer)
{
	const struct reading *reading = context;
	int fd = open(reading->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct symbols symbols = {0};
	int rc;

	if (fd < 0)
		return -errno;
	rc = identify(fd, reading->path, &symbols);
	if (!rc)
		rc = read_elf(fd, reading->folder, &symbols);
	close(fd);
	if (!rc)
		rc = answer_text(&symbols, answer);
	symbols_release(&symbols);
	return rc;
}

static int parse_answer(const struct buf *answer, struct symbols *out)
{
	size_t head = strlen(buf_text(answer)) + 1;
	struct symbols parsed = {0};
	unsigned long long inode;
	int used = 0, rc;

	if (head > answer->size ||
	    sscanf(answer->data, "%u %llu %n", &parsed.device, &inode, &used) != 2 || !used)
		return -EPROTO;
	parsed.inode = inode;
	rc = symbols_store_parse(answer->data + head, answer->size - head, &parsed);
	if (rc)
		return rc == -EINVAL ? -EPROTO : rc;
	parsed.path = strdup(answer->data + used);
	if (!parsed.path) {
		symbols_release(&parsed);
		return -ENOMEM;
	}
	*out = parsed;
	return 0;
}

/* What identifies the file at |path| as it is now; false where we may not see it. */
static bool file_key(const char *path, struct file_key *key)
{
	struct stat st;

	if (stat(path, &st))
		return false;
	*key = (struct file_key){
		.device = st.st_dev,
		.inode = st.st_ino,
		.size = (uint64_t)st.st_size,
		.modified_ns = st.st_mtim.tv_sec * 1000000000ll + st.st_mtim.tv_nsec,
		.changed_ns = st.st_ctim.tv_sec * 1000000000ll + st.st_ctim.tv_nsec,
	};
	return true;
}

static int remember(struct symbols_cache *cache, const struct file_key *key,
		    const struct symbols *symbols)
{
	struct buf text = {0};
	int rc = answer_text(symbols, &text);

	if (!rc)
		rc = vec_push(&cache->answers, text);
	if (rc) {
		buf_release(&text);
		return rc;
	}
	return map_set(&cache->known, key, sizeof(*key), cache->answers.count - 1);
}

int symbols_read(struct symbols_cache *cache, const char *path, struct symbols *out)
{
	struct reading reading = {.path = path, .folder = cache->folder};
	struct buf answer = {0};
	struct file_key key;
	bool keyed = file_key(path, &key);
	uint64_t index;
	int rc;

	if (keyed && map_get(&cache->known, &key, sizeof(key), &index))
		return parse_answer(&cache->answers.items[index], out);
	rc = user_job(cache->user, read_file, &reading, &answer);
	if (rc == -EPROTO)
		rc = -EBADMSG; /* libelf did not survive that file */
	if (!rc)
		rc = parse_answer(&answer, out);
	if (!rc && keyed)
		(void)remember(cache, &key, out);
	buf_release(&answer);
	return rc;
}

struct saving {
	const char *folder;
	const struct symbols *symbols;
};

static int save(void *context, struct buf *answer)
{
	const struct saving *saving = context;

	(void)answer;
	return symbols_store_save(saving->folder, saving->symbols);
}

/* Sets one text of |symbols|, then keeps them all. */
static int set_text(struct symbols_cache *cache, struct symbols *symbols, char **field,
		    const char *text)
{
	struct saving saving = {.folder = cache->folder, .symbols = symbols};
	char *copy = strdup(text);
	struct buf nothing = {0};
	struct file_key key;

	if (!copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	if (file_key(symbols->path, &key))
		(void)remember(cache, &key, symbols);
	if (cache->folder && *symbols->build_id)
		(void)user_job(cache->user, save, &saving, &nothing);
	buf_release(&nothing);
	return 0;
}

int symbols_set_version(struct symbols_cache *cache, struct symbols *symbols, const char *version)
{
	return set_text(cache, symbols, &symbols->version, version);
}

int symbols_set_python(struct symbols_cache *cache, struct symbols *symbols, const char *text)
{
	return set_text(cache, symbols, &symbols->python, text);
}
