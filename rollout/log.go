package rollout

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/armonic/armonic/value"
)

// Log keeps the records of one deployment.
type Log interface {
	// Append writes a record behind the others. It may not be durable yet.
	Append(r Record) error
	// Sync returns when all that was appended is durable.
	Sync() error
	Close() error
}

// noLog keeps nothing.
type noLog struct{}

func (noLog) Append(Record) error { return nil }
func (noLog) Sync() error         { return nil }
func (noLog) Close() error        { return nil }

// fileLog is a log in a file.
type fileLog struct {
	policy value.Policy
	fails  func(string, error) error

	mu      sync.Mutex
	f       *os.File
	written int // records

	syncing sync.Mutex
	synced  int // records that are durable
}

func (l *fileLog) Append(r Record) error {
	text, err := value.Encode(r, l.policy)
	if err != nil {
		return l.fails("keep the log of the deployment", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.f.Write(append(text, '\n')); err != nil {
		return l.fails("keep the log of the deployment", err)
	}
	l.written++
	return nil
}

// Sync waits for one that is under way, which may do.
func (l *fileLog) Sync() error {
	l.mu.Lock()
	want := l.written
	l.mu.Unlock()
	l.syncing.Lock()
	defer l.syncing.Unlock()
	if l.synced >= want {
		return nil
	}
	l.mu.Lock()
	written := l.written
	l.mu.Unlock()
	if err := l.f.Sync(); err != nil {
		return l.fails("keep the log of the deployment", err)
	}
	l.synced = written
	return nil
}

func (l *fileLog) Close() error {
	return errors.Join(l.f.Sync(), l.f.Close())
}

// readRecords reads all whole records, and says where they end.
func readRecords(r io.Reader, p value.Policy) (records []Record, whole int64, err error) {
	b := bufio.NewReader(r)
	for {
		line, err := b.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return records, whole, nil // what is behind the last line was not written as a whole
		}
		if err != nil {
			return nil, 0, err
		}
		var rec Record
		if err := value.Decode(bytes.TrimSpace(line), &rec, p); err != nil {
			return nil, 0, fmt.Errorf("record %d: %w", len(records)+1, err)
		}
		records = append(records, rec)
		whole += int64(len(line))
	}
}
