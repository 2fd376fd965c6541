package journal

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
)

// The layout of a bbolt file, version 2, in the byte order of the machine; see
// go.etcd.io/bbolt/internal/common. bbolt trusts what it reads and may crash the
// process on pages that are damaged, so all of them are looked at first.
const (
	pageHeader  = 16 // id 8, flags 2, count 2, overflow 4
	bucketSize  = 16 // root 8, sequence 8
	elementSize = 16
	metaSize    = 64
	metaSummed  = metaSize - 8

	branchPage   = 0x01
	leafPage     = 0x02
	metaPage     = 0x04
	freelistPage = 0x10
	isBucket     = 0x01

	boltMagic   = 0xED0CDAED
	boltVersion = 2
	maxDepth    = 64
)

func u16(b []byte, at int) int    { return int(binary.NativeEndian.Uint16(b[at:])) }
func u32(b []byte, at int) int    { return int(binary.NativeEndian.Uint32(b[at:])) }
func u64(b []byte, at int) uint64 { return binary.NativeEndian.Uint64(b[at:]) }

// meta is what a meta page says.
type meta struct {
	root, freelist, pages, tx uint64
	pageSize                  int
}

// file is the whole of a bbolt file.
type file struct {
	meta
	data []byte
	seen []string // by page: what it is used for, "" for what nothing uses
}

// checkPages says what is wrong with the pages of a bbolt file, or nil.
func checkPages(data []byte) error {
	f := &file{data: data}
	if err := f.readMetas(); err != nil {
		return err
	}
	if have, want := uint64(len(data))/uint64(f.pageSize), f.pages; have < want {
		return fmt.Errorf("it is cut off: it has %d bytes and must have %d", len(data), want*uint64(f.pageSize))
	}
	f.seen = make([]string, f.pages)
	f.seen[0], f.seen[1] = "meta", "meta"
	if err := f.readFreelist(); err != nil {
		return err
	}
	if err := f.readTree(f.root, nil, nil, 0); err != nil {
		return err
	}
	for id, use := range f.seen {
		if use == "" {
			return fmt.Errorf("page %d is lost: nothing refers to it", id)
		}
	}
	return nil
}

// readMetas reads both meta pages. bbolt can do with one; but a file of which one
// is damaged may have lost what was last recorded.
func (f *file) readMetas() error {
	first, err := readMeta(f.data, 0)
	if err != nil {
		return err
	}
	if len(f.data) < 2*first.pageSize {
		return fmt.Errorf("it is cut off after %d bytes", len(f.data))
	}
	second, err := readMeta(f.data[first.pageSize:], 1)
	if err != nil {
		return err
	}
	f.meta = first
	if second.tx > first.tx {
		f.meta = second
	}
	if first.pageSize != second.pageSize || max(first.tx, second.tx)-min(first.tx, second.tx) != 1 {
		return fmt.Errorf("its two heads do not fit together")
	}
	return nil
}

func readMeta(b []byte, id uint64) (meta, error) {
	if len(b) < pageHeader+metaSize {
		return meta{}, fmt.Errorf("it is cut off in head %d", id)
	}
	m := b[pageHeader : pageHeader+metaSize]
	sum := fnv.New64a()
	sum.Write(m[:metaSummed])
	switch {
	case u32(m, 0) != boltMagic || u32(m, 4) != boltVersion:
		return meta{}, fmt.Errorf("head %d is not that of a journal", id)
	case u64(m, metaSummed) != sum.Sum64():
		return meta{}, fmt.Errorf("head %d has a wrong checksum", id)
	case u64(b, 0) != id || u16(b, 8) != metaPage:
		return meta{}, fmt.Errorf("head %d is in the wrong place", id)
	}
	out := meta{pageSize: u32(m, 8), root: u64(m, 16), freelist: u64(m, 32), pages: u64(m, 40), tx: u64(m, 48)}
	if s := out.pageSize; s < 1<<9 || s > 1<<24 || s&(s-1) != 0 || out.pages < 4 || out.pages > 1<<40 {
		return meta{}, fmt.Errorf("head %d has impossible sizes", id)
	}
	return out, nil
}

// page takes a page and those that it flows over to, for one use.
func (f *file) page(id uint64, use string) ([]byte, error) {
	if id < 2 || id >= f.pages {
		return nil, fmt.Errorf("a %s is said to be at page %d of %d", use, id, f.pages)
	}
	at := int(id) * f.pageSize
	b := f.data[at : at+f.pageSize]
	if got := u64(b, 0); got != id {
		return nil, fmt.Errorf("page %d says it is page %d", id, got)
	}
	more := uint64(u32(b, 12))
	if more >= f.pages-id {
		return nil, fmt.Errorf("page %d flows over the end", id)
	}
	for i := id; i <= id+more; i++ {
		if f.seen[i] != "" {
			return nil, fmt.Errorf("page %d is %s and %s", i, f.seen[i], use)
		}
		f.seen[i] = use
	}
	return f.data[at : at+int(more+1)*f.pageSize], nil
}

func (f *file) readFreelist() error {
	b, err := f.page(f.freelist, "list of free pages")
	if err != nil {
		return err
	}
	if u16(b, 8) != freelistPage {
		return fmt.Errorf("page %d is no list of free pages", f.freelist)
	}
	at, n := pageHeader, uint64(u16(b, 10))
	if n == 0xFFFF {
		n, at = u64(b, at), at+8
	}
	if n > uint64(len(b)-at)/8 {
		return fmt.Errorf("page %d lists more free pages than it can hold", f.freelist)
	}
	for i := range int(n) {
		id := u64(b, at+8*i)
		if id < 2 || id >= f.pages || f.seen[id] != "" {
			return fmt.Errorf("page %d lists page %d as free", f.freelist, id)
		}
		f.seen[id] = "free"
	}
	return nil
}

// readTree looks at a page of keys from low up to high (nil: any) and what is below.
func (f *file) readTree(id uint64, low, high []byte, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("page %d is too deep", id)
	}
	b, err := f.page(id, "data")
	if err != nil {
		return err
	}
	where := fmt.Sprintf("page %d", id)
	switch u16(b, 8) {
	case leafPage:
		return f.readLeaf(where, b, low, high, depth)
	case branchPage:
	default:
		return fmt.Errorf("%s holds neither keys nor values", where)
	}
	n := u16(b, 10)
	if n == 0 || pageHeader+n*elementSize > len(b) {
		return fmt.Errorf("%s has an impossible number of entries", where)
	}
	keys := make([][]byte, n+1)
	keys[n] = high
	for i := range n {
		e := pageHeader + i*elementSize // position 4, size of key 4, page 8
		if keys[i], err = cut(b, e, u32(b, e), u32(b, e+4)); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		if err := ordered(keys[i], low, high, i > 0); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		low = keys[i]
	}
	for i := range n {
		child := u64(b, pageHeader+i*elementSize+8)
		if err := f.readTree(child, keys[i], keys[i+1], depth+1); err != nil {
			return err
		}
		if !bytes.Equal(f.firstKey(child), keys[i]) { // bbolt would write the entry twice
			return fmt.Errorf("page %d does not begin with the entry %q", child, keys[i])
		}
	}
	return nil
}

// firstKey is that of a page that has been read.
func (f *file) firstKey(id uint64) []byte {
	b := f.data[int(id)*f.pageSize:]
	e := pageHeader // of a branch: position 4, size of key 4; a leaf has flags before
	switch {
	case u16(b, 10) == 0:
		return nil
	case u16(b, 8) == leafPage:
		return b[e+u32(b, e+4):][:u32(b, e+8)]
	}
	return b[e+u32(b, e):][:u32(b, e+4)]
}

// readLeaf checks a page that holds keys and values. A small bucket is stored as such a page
// inside a value (bbolt's inline buckets): then depth is the greatest, since it has no pages
// below it.
func (f *file) readLeaf(where string, b, low, high []byte, depth int) error {
	n := u16(b, 10)
	if pageHeader+n*elementSize > len(b) {
		return fmt.Errorf("%s has an impossible number of entries", where)
	}
	for i := range n {
		e := pageHeader + i*elementSize // flags 4, position 4, size of key 4, of value 4
		key, err := cut(b, e, u32(b, e+4), u32(b, e+8))
		if err == nil {
			err = ordered(key, low, high, i > 0)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		low = key
		value, err := cut(b, e, u32(b, e+4)+u32(b, e+8), u32(b, e+12))
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		switch flags := u32(b, e); {
		case flags == 0:
		case flags != isBucket || len(value) < bucketSize:
			return fmt.Errorf("%s has an entry of an unknown sort", where)
		case u64(value, 0) != 0:
			if err := f.readTree(u64(value, 0), nil, nil, depth+1); err != nil {
				return err
			}
		default: // the bucket is here, as a page of its own
			inner := value[bucketSize:]
			if len(inner) < pageHeader || u16(inner, 8) != leafPage || depth >= maxDepth {
				return fmt.Errorf("%s has a bucket that is no page", where)
			}
			if err := f.readLeaf(where, inner, nil, nil, maxDepth); err != nil {
				return err
			}
		}
	}
	return nil
}

// cut gives n bytes that begin pos bytes after the element at e.
func cut(b []byte, e, pos, n int) ([]byte, error) {
	if from := e + pos; from+n <= len(b) {
		return b[from : from+n], nil
	}
	return nil, fmt.Errorf("an entry ends outside")
}

// ordered says whether a key is in its place: from low, or after it, to below high.
func ordered(key, low, high []byte, after bool) error {
	c := bytes.Compare(key, low)
	if len(key) == 0 || c < 0 || c == 0 && after || high != nil && bytes.Compare(key, high) >= 0 {
		return fmt.Errorf("the entry %q is in the wrong place", key)
	}
	return nil
}
