// SPDX-License-Identifier: BSD-2-Clause
/* elfx.c - what is read from an ELF file: identity, segments, the place of symbols */
#include "elfx.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gelf.h>
#include <libelf.h>

#include "vec.h"

#define BUILD_ID_MAX 64 /* bytes; 20 is usual */

struct elfx {
	int fd;
	uint64_t size;
	Elf *elf;
	GElf_Ehdr header;
	VEC(GElf_Phdr) segments;
	char build_id[2 * BUILD_ID_MAX + 1];
	char *interpreter;
	VEC(char *) needed;
};

#if __SIZEOF_POINTER__ == 8
#define NATIVE_CLASS ELFCLASS64
#else
#define NATIVE_CLASS ELFCLASS32
#endif

#if defined(__x86_64__)
#define NATIVE_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define NATIVE_MACHINE EM_AARCH64
#else
#error "which e_machine?"
#endif

/* Part of the file as libelf's |type|; NULL where it is not wholly there. */
static Elf_Data *chunk(const struct elfx *elf, uint64_t offset, uint64_t size, Elf_Type type)
{
	if (offset > elf->size || size > elf->size - offset || !size)
		return NULL;
	return elf_getdata_rawchunk(elf->elf, (int64_t)offset, size, type);
}

/* The file offset of an address in any loaded segment, or -1. */
static int64_t loaded_offset(const struct elfx *elf, uint64_t address, uint32_t flags)
{
	vec_foreach(segment, &elf->segments) {
		uint64_t inside = address - segment->p_vaddr;

		if (segment->p_type != PT_LOAD || (segment->p_flags & flags) != flags)
			continue;
		if (address < segment->p_vaddr || inside >= segment->p_filesz)
			continue;
		if (segment->p_offset >= elf->size || inside >= elf->size - segment->p_offset)
			return -1;
		return (int64_t)(segment->p_offset + inside);
	}
	return -1;
}

static int read_segments(struct elfx *elf)
{
	size_t count;

	if (elf_getphdrnum(elf->elf, &count))
		return -EBADMSG;
	/* libelf takes a count that the file has no room for */
	if (count > elf->size / sizeof(Elf32_Phdr))
		return -EBADMSG;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr segment;

		if (!gelf_getphdr(elf->elf, (int)i, &segment))
			return -EBADMSG;
		if (vec_push(&elf->segments, segment))
			return -ENOMEM;
	}
	return 0;
}

static void read_build_id(struct elfx *elf, const GElf_Phdr *segment)
{
	Elf_Type type = segment->p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR;
	Elf_Data *data = chunk(elf, segment->p_offset, segment->p_filesz, type);
	size_t next = 0, name, body;
	GElf_Nhdr note;

	while (data && (next = gelf_getnote(data, next, &note, &name, &body)) > 0) {
		const unsigned char *bytes = (const unsigned char *)data->d_buf + body;

		if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != sizeof("GNU") ||
		    memcmp((const char *)data->d_buf + name, "GNU", sizeof("GNU")) ||
		    !note.n_descsz || note.n_descsz > BUILD_ID_MAX)
			continue;
		for (size_t i = 0; i < note.n_descsz; i++)
			sprintf(elf->build_id + 2 * i, "%02x", bytes[i]);
		return;
	}
}

/* A string in the file: must end inside the |size| bytes at |offset|. */
static char *string_at(const struct elfx *elf, uint64_t offset, uint64_t size)
{
	Elf_Data *data;

	if (offset < elf->size && size > elf->size - offset)
		size = elf->size - offset;
	data = chunk(elf, offset, size, ELF_T_BYTE);
	if (!data || !memchr(data->d_buf, '\0', data->d_size))
		return NULL;
	return strdup(data->d_buf);
}

static int read_needed(struct elfx *elf, const GElf_Phdr *segment)
{
	Elf_Data *data = chunk(elf, segment->p_offset, segment->p_filesz, ELF_T_DYN);
	uint64_t strings = 0, size = 0;
	GElf_Dyn entry;

	for (int i = 0; data && gelf_getdyn(data, i, &entry) && entry.d_tag != DT_NULL; i++) {
		if (entry.d_tag == DT_STRTAB)
			strings = entry.d_un.d_ptr;
		if (entry.d_tag == DT_STRSZ)
			size = entry.d_un.d_val;
	}
	if (!strings || !size)
		return 0;
	for (int i = 0; gelf_getdyn(data, i, &entry) && entry.d_tag != DT_NULL; i++) {
		int64_t offset = loaded_offset(elf, strings, 0);
		char *name;

		if (entry.d_tag != DT_NEEDED || entry.d_un.d_val >= size || offset < 0)
			continue;
		name = string_at(elf, (uint64_t)offset + entry.d_un.d_val, size - entry.d_un.d_val);
		if (name && vec_push(&elf->needed, name)) {
			free(name);
			return -ENOMEM;
		}
	}
	return 0;
}

static int read_identity(struct elfx *elf)
{
	int rc = 0;

	vec_foreach(segment, &elf->segments) {
		if (segment->p_type == PT_NOTE && !elf->build_id[0])
			read_build_id(elf, segment);
		if (segment->p_type == PT_INTERP && !elf->interpreter) {
			elf->interpreter = string_at(elf, segment->p_offset, segment->p_filesz);
			if (!elf->interpreter)
				return -EBADMSG;
		}
		if (segment->p_type == PT_DYNAMIC && !rc)
			rc = read_needed(elf, segment);
	}
	return rc;
}

static int open_elf(struct elfx *elf)
{
	struct stat st;

	if (fstat(elf->fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOEXEC;
	elf->size = (uint64_t)st.st_size;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOTSUP;
	elf->elf = elf_begin(elf->fd, ELF_C_READ_MMAP, NULL);
	if (!elf->elf || elf_kind(elf->elf) != ELF_K_ELF)
		return -ENOEXEC;
	if (!gelf_getehdr(elf->elf, &elf->header))
		return -EBADMSG;
	if (elf->header.e_type != ET_EXEC && elf->header.e_type != ET_DYN)
		return -ENOEXEC;
	return 0;
}

static int open_owned(int fd, struct elfx **out)
{
	struct elfx *elf = calloc(1, sizeof(*elf));
	int rc;

	if (!elf) {
		close(fd);
		return -ENOMEM;
	}
	elf->fd = fd;
	rc = open_elf(elf);
	if (!rc)
		rc = read_segments(elf);
	if (!rc)
		rc = read_identity(elf);
	if (rc) {
		elfx_free(elf);
		return rc;
	}
	*out = elf;
	return 0;
}

int elfx_open(const char *path, struct elfx **out)
{
	/* O_NONBLOCK: a FIFO must not hold us */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	return fd < 0 ? -errno : open_owned(fd, out);
}

int elfx_open_fd(int fd, struct elfx **out)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return copy < 0 ? -errno : open_owned(copy, out);
}

void elfx_free(struct elfx *elf)
{
	if (!elf)
		return;
	elf_end(elf->elf);
	close(elf->fd);
	free(elf->interpreter);
	vec_foreach(name, &elf->needed)
		free(*name);
	vec_release(&elf->needed);
	vec_release(&elf->segments);
	free(elf);
}

const char *elfx_build_id(const struct elfx *elf)
{
	return elf->build_id;
}

const char *elfx_interpreter(const struct elfx *elf)
{
	return elf->interpreter;
}

const char *elfx_needed(const struct elfx *elf, size_t index)
{
	return index < elf->needed.count ? elf->needed.items[index] : NULL;
}

bool elfx_is_native(const struct elfx *elf)
{
	return elf->header.e_machine == NATIVE_MACHINE &&
	       elf->header.e_ident[EI_CLASS] == NATIVE_CLASS;
}

static uint64_t hash(uint64_t state, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++)
		state = (state ^ bytes[i]) * 0x100000001b3u; /* FNV-1a */
	return state;
}

uint64_t elfx_layout(const struct elfx *elf)
{
	uint64_t state = hash(0xcbf29ce484222325u, &elf->size, sizeof(elf->size));

	state = hash(state, &elf->header, sizeof(elf->header));
	if (!elf->segments.count)
		return state;
	return hash(state, elf->segments.items, elf->segments.count * sizeof(GElf_Phdr));
}

uint64_t elfx_offset(const struct elfx *elf, uint64_t address)
{
	int64_t offset = loaded_offset(elf, address, PF_X);

	return offset > 0 ? (uint64_t)offset : 0;
}

uint64_t elfx_entry(const struct elfx *elf)
{
	return elf->header.e_entry ? elfx_offset(elf, elf->header.e_entry) : 0;
}

/* How good a symbol is as the one that was meant; 0: not at all. */
enum rank { RANK_NONE, RANK_IMPORTED, RANK_LOCAL, RANK_GLOBAL, RANK_OLD_VERSION, RANK_DYNAMIC };

struct table {
	Elf_Data *symbols, *versions;
	const char *names;
	size_t names_size;
	bool dynamic;
};

struct found {
	enum rank rank;
	uint64_t address, size;
};

static enum rank symbol_rank(const struct table *table, size_t index, const GElf_Sym *symbol)
{
	unsigned int type = GELF_ST_TYPE(symbol->st_info);
	GElf_Versym version;

	if (symbol->st_shndx == SHN_UNDEF)
		return table->dynamic ? RANK_IMPORTED : RANK_NONE;
	if (type != STT_FUNC && type != STT_OBJECT)
		return RANK_NONE;
	if (!table->dynamic)
		return GELF_ST_BIND(symbol->st_info) == STB_LOCAL ? RANK_LOCAL : RANK_GLOBAL;
	/* the top bit hides all versions of a name but the default one */
	if (table->versions && gelf_getversym(table->versions, (int)index, &version) &&
	    version & 0x8000)
		return RANK_OLD_VERSION;
	return RANK_DYNAMIC;
}

static bool name_is(const char *name, const struct elfx_want *want)
{
	size_t length;

	if (!want->holds)
		return strcmp(name, want->name) == 0;
	length = strlen(want->name);
	/* a dot begins the compiler's own suffix: .cold, .part.0 */
	return strncmp(name, want->name, length) == 0 && strstr(name + length, want->holds) &&
	       !strchr(name, '.');
}

static void find_in(const struct table *table, const struct elfx_want *wants, struct found *found,
		    size_t count)
{
	GElf_Sym symbol;

	for (size_t i = 0; gelf_getsym(table->symbols, (int)i, &symbol); i++) {
		enum rank rank = symbol_rank(table, i, &symbol);
		bool data = GELF_ST_TYPE(symbol.st_info) == STT_OBJECT;
		const char *name = table->names + symbol.st_name;

		if (rank == RANK_NONE || symbol.st_name >= table->names_size)
			continue;
		for (size_t j = 0; j < count; j++) {
			if (name[0] != wants[j].name[0] || rank <= found[j].rank ||
			    (rank > RANK_IMPORTED && data != wants[j].data) ||
			    !name_is(name, &wants[j]))
				continue;
			found[j] = (struct found){
				.rank = rank, .address = symbol.st_value, .size = symbol.st_size};
		}
	}
}

/* The one section of |type| whose link is |link| (any, where that is 0). */
static Elf_Scn *find_section(Elf *elf, uint32_t type, size_t link, GElf_Shdr *header)
{
	for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
		if (!gelf_getshdr(section, header) || header->sh_type != type)
			continue;
		if (!link || header->sh_link == link)
			return section;
	}
	return NULL;
}

static int search_table(const struct elfx *elf, uint32_t type, const struct elfx_want *wants,
			struct found *found, size_t count)
{
	struct table table = {.dynamic = type == SHT_DYNSYM};
	Elf_Scn *section, *versions;
	GElf_Shdr header, other;
	Elf_Data *names;

	section = find_section(elf->elf, type, 0, &header);
	if (!section)
		return 0;
	table.symbols = elf_getdata(section, NULL);
	names = elf_getdata(elf_getscn(elf->elf, header.sh_link), NULL);
	if (!table.symbols || !names || !names->d_buf || !names->d_size ||
	    ((const char *)names->d_buf)[names->d_size - 1])
		return -EBADMSG;
	table.names = names->d_buf;
	table.names_size = names->d_size;
	versions = find_section(elf->elf, SHT_GNU_versym, elf_ndxscn(section), &other);
	if (table.dynamic && versions)
		table.versions = elf_getdata(versions, NULL);
	find_in(&table, wants, found, count);
	return 0;
}

static bool all_found(const struct found *found, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (found[i].rank <= RANK_IMPORTED)
			return false;
	return true;
}

int elfx_find(const struct elfx *elf, struct elfx_want *wants, size_t count)
{
	struct found *found = calloc(count ? count : 1, sizeof(*found));
	int rc;

	if (!found)
		return -ENOMEM;
	rc = search_table(elf, SHT_DYNSYM, wants, found, count);
	if (!rc && !all_found(found, count))
		rc = search_table(elf, SHT_SYMTAB, wants, found, count);
	for (size_t i = 0; !rc && i < count; i++) {
		wants[i].imported = found[i].rank == RANK_IMPORTED;
		wants[i].found = found[i].rank > RANK_IMPORTED;
		wants[i].address = found[i].address;
		wants[i].size = found[i].size;
		wants[i].offset =
			wants[i].found && !wants[i].data ? elfx_offset(elf, found[i].address) : 0;
	}
	free(found);
	return rc;
}

static bool read_from(const struct elfx *elf, const GElf_Phdr *segment, uint64_t address, void *out,
		      size_t size)
{
	uint64_t inside = address - segment->p_vaddr, stored = 0;
	Elf_Data *data;

	if (inside < segment->p_filesz)
		stored = size < segment->p_filesz - inside ? size : segment->p_filesz - inside;
	memset(out, 0, size);
	if (!stored)
		return true;
	if (segment->p_offset > elf->size || inside > elf->size - segment->p_offset)
		return false;
	data = chunk(elf, segment->p_offset + inside, stored, ELF_T_BYTE);
	if (data)
		memcpy(out, data->d_buf, stored);
	return data != NULL;
}

bool elfx_read(const struct elfx *elf, uint64_t address, void *out, size_t size)
{
	vec_foreach(segment, &elf->segments)
		if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
		    size <= segment->p_memsz &&
		    address - segment->p_vaddr <= segment->p_memsz - size)
			return read_from(elf, segment, address, out, size);
	return false;
}

bool elfx_text_after(const struct elfx *elf, const char *text, char *out, size_t size)
{
	size_t length = strlen(text);

	vec_foreach(segment, &elf->segments) {
		Elf_Data *data;
		const char *found;
		size_t left;

		if (segment->p_type != PT_LOAD)
			continue;
		data = chunk(elf, segment->p_offset, segment->p_filesz, ELF_T_BYTE);
		found = data ? memmem(data->d_buf, data->d_size, text, length) : NULL;
		if (!found)
			continue;
		found += length;
		left = (size_t)((const char *)data->d_buf + data->d_size - found);
		if (left > size - 1)
			left = size - 1;
		memcpy(out, found, left);
		out[left] = '\0';
		return true;
	}
	return false;
}
