package view

import (
	"errors"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// attributes are the names of the extended attributes of an open file, ACLs among them.
func attributes(fd int) ([]string, error) {
	n, err := unix.Flistxattr(fd, nil)
	if errors.Is(err, unix.ENOTSUP) || n == 0 && err == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	b := make([]byte, n)
	if n, err = unix.Flistxattr(fd, b); err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(b[:n]), "\x00"), "\x00"), nil
}

// removeAttributes takes those off that a new file was handed down by its directory. What
// the system puts there itself (security) stays.
func removeAttributes(fd int) error {
	names, err := attributes(fd)
	for _, name := range names {
		if err == nil && !strings.HasPrefix(name, "security.") {
			err = unix.Fremovexattr(fd, name)
		}
	}
	return err
}

// copyAttributes gives an open file those of another. Its content has to be there before:
// writing takes capabilities away.
func copyAttributes(dir int, name string, to int) error {
	from, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer closeFile(from)
	names, err := attributes(from)
	if err != nil {
		return err
	}
	for _, attribute := range names {
		n, err := unix.Fgetxattr(from, attribute, nil)
		if err != nil {
			return err
		}
		value := make([]byte, n)
		if n, err = unix.Fgetxattr(from, attribute, value); err != nil {
			return err
		}
		if err := unix.Fsetxattr(to, attribute, value[:n], 0); err != nil && !errors.Is(err, unix.ENOTSUP) {
			return errors.New("cannot keep its attribute " + strconv.Quote(attribute) + ": " + err.Error())
		}
	}
	return nil
}

// closeFile closes what was read, or was synced before.
func closeFile(fd int) { _ = unix.Close(fd) }
