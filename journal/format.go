package journal

import (
	"strconv"
	"strings"

	"go.etcd.io/bbolt"
)

const formatPrefix = "armonic journal "

// migrations lead from each format to the next one, the first from format 1. Each
// changes only values whose checksum is right, so that damage stays what it was.
//
// To change the format: record a journal of the present one (see recorded_test.go),
// and append a function here.
func migrations() []func(*bbolt.Bucket) error {
	return []func(*bbolt.Bucket) error{fromFormat1, fromFormat2, fromFormat3}
}

func currentFormat() int { return len(migrations()) + 1 }

func formatText(n int) string { return formatPrefix + strconv.Itoa(n) }

// format reads the number of a file's format. The error is ErrFormat for one that this
// version does not know.
func (j *Journal) format(b *bbolt.Bucket) (int, error) {
	if b == nil {
		return 0, j.otherFormat("another program's")
	}
	var text string
	if err := get(b, keyFormat, &text, plain()); err != nil {
		return 0, j.damaged(err)
	}
	n, err := strconv.Atoi(strings.TrimPrefix(text, formatPrefix))
	if err != nil || text != formatText(n) || n < 1 || n > currentFormat() {
		return 0, j.otherFormat(text)
	}
	return n, nil
}

// migrate brings a file from an older format to the present one.
func migrate(b *bbolt.Bucket, from int) error {
	for _, step := range migrations()[from-1:] {
		if err := step(b); err != nil {
			return err
		}
	}
	return put(b, keyFormat, formatText(currentFormat()), plain())
}
