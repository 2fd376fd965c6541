package view

import (
	"errors"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/armonic/armonic/spec"
)

// read reads a file that has had a size.
func read(dir int, name string, size int64) (string, error) {
	fd, err := openFile(dir, name)
	if err != nil {
		return "", err
	}
	defer closeFile(fd)
	b := make([]byte, 0, min(size, MaxContent)+1)
	for {
		n, err := unix.Read(fd, b[len(b):cap(b)])
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return "", err
		case n == 0:
			return text(b), nil
		}
		if b = b[:len(b)+n]; size > 0 && int64(len(b)) == size {
			return text(b), nil
		} else if len(b) > MaxContent {
			return "", spec.Errorf(spec.Invalid, "it has more than %d MiB", MaxContent>>20)
		}
		if len(b) == cap(b) { // it has grown, or is one whose size is not known
			b = slices.Grow(b, max(len(b), 4096))
		}
	}
}

// text makes a text of bytes that nobody else has: files may be large.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func openFile(dir int, name string) (fd int, err error) {
	for {
		fd, err = unix.Openat(dir, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if !errors.Is(err, unix.EINTR) {
			return fd, err
		}
	}
}
