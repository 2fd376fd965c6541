package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"go.etcd.io/bbolt"

	"github.com/armonic/armonic/value"
)

var errMissing = errors.New("it is missing")

// put keeps a value with its checksum. The policy says how secrets are written.
func put(b *bbolt.Bucket, key string, v any, p value.Policy) error {
	text, err := value.Encode(v, p)
	if err != nil {
		return err
	}
	return putText(b, key, text)
}

func putText(b *bbolt.Bucket, key string, text []byte) error {
	return b.Put([]byte(key), append(checksum(key, text), text...))
}

// get reads a value that must be there into *v.
func get(b *bbolt.Bucket, key string, v any, p value.Policy) error {
	raw := b.Get([]byte(key))
	if raw == nil {
		return fmt.Errorf("%s: %w", key, errMissing)
	}
	text, err := verified(key, raw)
	if err != nil {
		return err
	}
	if err := value.Decode(text, v, p); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

// verified gives the text of a value if it is as it was written.
func verified(key string, raw []byte) ([]byte, error) {
	if len(raw) < crc32.Size || !bytes.Equal(raw[:crc32.Size], checksum(key, raw[crc32.Size:])) {
		return nil, fmt.Errorf("%s: the checksum is wrong", key)
	}
	return raw[crc32.Size:], nil
}

func checksum(key string, text []byte) []byte {
	table := crc32.MakeTable(crc32.Castagnoli)
	sum := crc32.Update(crc32.Checksum([]byte(key), table), table, append([]byte{0}, text...))
	return binary.BigEndian.AppendUint32(nil, sum)
}
