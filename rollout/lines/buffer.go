package lines

import (
	"slices"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
)

// Buffer holds the lines of a deployment: the newest in memory, older ones on disk.
// Lines have positions that never change, counted from 0 since the beginning.
//
// What does not fit on the disk is dropped, the oldest first. Where nothing can be
// written, the lines that the memory has room for are kept.
type Buffer struct {
	Memory int // bytes; 0 is 1 MiB
	Disk   int // bytes; 0 is 512 MiB, and less than 0 none

	lines  []rollout.LogLine
	bytes  int // that the lines take
	base   int // position of lines[0]
	old    *spill
	newest int // serial number of the last line

	tasks  map[resolver.TaskID][]uint32 // positions of the lines of each
	pruned int                          // up to which position they were forgotten
}

// Add takes new lines.
func (b *Buffer) Add(lines []rollout.LogLine) {
	if len(lines) == 0 {
		return
	}
	b.lines = append(b.lines, lines...)
	if b.tasks == nil {
		b.tasks = map[resolver.TaskID][]uint32{}
	}
	for i := range lines {
		b.bytes += lines[i].Size()
		b.tasks[lines[i].Task] = append(b.tasks[lines[i].Task], uint32(b.Len()-len(lines)+i))
	}
	b.newest = lines[len(lines)-1].N
	if most := b.memory(); b.bytes > most+most/2 { // not at every line
		b.leave(b.oldest(most))
	}
}

// memory is how many bytes of lines are kept in memory.
func (b *Buffer) memory() int {
	switch {
	case b.Memory > 0:
		return b.Memory
	case b.Disk < 0:
		return rollout.MostLogBytes
	}
	return 1 << 20
}

// oldest is how many lines must leave the memory so that the others have room there.
func (b *Buffer) oldest(most int) (n int) {
	for left := b.bytes; left > most; n++ {
		left -= b.lines[n].Size()
	}
	return n
}

// leave moves the oldest lines to the disk.
func (b *Buffer) leave(n int) {
	if b.Disk >= 0 {
		if b.old == nil {
			b.old = &spill{most: b.Disk}
			if b.Disk == 0 {
				b.old.most = 512 << 20
			}
		}
		if err := b.old.add(b.base, b.lines[:n]); err != nil {
			b.old, b.Disk = nil, -1 // from now on without
			if n = b.oldest(b.memory()); n == 0 {
				return
			}
		}
	}
	for i := range b.lines[:n] {
		b.bytes -= b.lines[i].Size()
	}
	b.lines = append([]rollout.LogLine(nil), b.lines[n:]...)
	b.base += n
	b.prune()
}

// prune forgets where lines were that are not kept, now and then.
func (b *Buffer) prune() {
	first := b.First()
	if first-b.pruned <= b.Len()/16 {
		return
	}
	b.pruned = first
	for t, at := range b.tasks {
		if n, _ := slices.BinarySearch(at, uint32(first)); n > 0 {
			b.tasks[t] = slices.Clone(at[n:])
		}
	}
}

// Of gives the positions of the lines of some tasks that are kept, in order.
func (b *Buffer) Of(tasks map[resolver.TaskID]bool) []int {
	var out []int
	for t := range tasks {
		at := b.tasks[t]
		n, _ := slices.BinarySearch(at, uint32(b.First()))
		for _, pos := range at[n:] {
			out = append(out, int(pos))
		}
	}
	slices.Sort(out)
	return out
}

// Len is how many lines there ever were.
func (b *Buffer) Len() int { return b.base + len(b.lines) }

// First is the position of the oldest line that is kept.
func (b *Buffer) First() int {
	if b.old != nil {
		return b.old.first()
	}
	return b.base
}

// OnDisk is how many bytes of it are on disk.
func (b *Buffer) OnDisk() int {
	n := 0
	if b.old != nil {
		for _, g := range b.old.segments {
			n += g.size()
		}
	}
	return n
}

// At gives a line that is kept. It is valid until the next call.
func (b *Buffer) At(pos int) *rollout.LogLine {
	if pos < b.base {
		return b.old.at(pos)
	}
	return &b.lines[pos-b.base]
}

// Dropped is how many lines cannot be shown any more, whoever dropped them: the buffer,
// or their source before it was asked.
func (b *Buffer) Dropped() int { return b.newest - (b.Len() - b.First()) }

// Close gives up all lines, and the disk that they take. The buffer is not used any more.
func (b *Buffer) Close() {
	if b.old != nil {
		b.old.close()
	}
	b.lines, b.tasks = nil, nil
}
