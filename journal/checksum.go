package journal

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"

	"go.etcd.io/bbolt"
)

var errMissing = errors.New("it is missing")

// put keeps a value with its checksum.
func put(b *bbolt.Bucket, key string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return b.Put([]byte(key), append(checksum(key, text), text...))
}

// get reads a value that must be there.
func get(b *bbolt.Bucket, key string, v any) error {
	raw := b.Get([]byte(key))
	if raw == nil {
		return fmt.Errorf("%s: %w", key, errMissing)
	}
	text, err := open(key, raw)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%s: %v", key, err)
	}
	return nil
}

// open gives the text of a value if it is as it was written.
func open(key string, raw []byte) ([]byte, error) {
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
