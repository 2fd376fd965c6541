package journal

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.etcd.io/bbolt"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// deploymentsDir is beside the journal: a file for each deployment, replaced as a whole. The
// first line is the summary with its checksum in hexadecimal digits, the second one the
// sealed log. They are copies of what is an operator's: what is wrong with one of them says
// nothing of the journal.
const deploymentsDir = "deployments"

const maxSummary = 16 << 10 // bytes of its line

func (j *Journal) deploymentPath(id spec.DeploymentID) string {
	sum := sha256.Sum256([]byte(id))
	return filepath.Join(j.deploymentsDir(), hex.EncodeToString(sum[:16]))
}

func (j *Journal) deploymentsDir() string { return filepath.Join(filepath.Dir(j.path), deploymentsDir) }

// makeDir makes a folder beside the journal.
func (j *Journal) makeDir(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(j.path))
}

// KeptDeployments lists the records of deployments. Those that cannot be read are the error,
// and stay where they are.
func (j *Journal) KeptDeployments() (out []spec.DeploymentSummary, err error) {
	dir := j.deploymentsDir()
	err = j.use("list the deployments", func(*bbolt.DB) error {
		entries, err := os.ReadDir(dir)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		var wrong []error
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			if strings.HasPrefix(e.Name(), unfinished) { // it was never complete
				_ = os.Remove(path)
				continue
			}
			r, err := j.readDeployment(path, false)
			if err == nil && j.deploymentPath(r.ID) != path {
				err = errors.New("it has the name of another")
			}
			if err != nil {
				wrong = append(wrong, &spec.Error{Kind: spec.Failed, At: path, Msg: err.Error(), Err: err})
				continue
			}
			out = append(out, r.DeploymentSummary)
		}
		return errors.Join(wrong...)
	})
	return out, err
}

// KeptDeployment gives the record of a deployment.
func (j *Journal) KeptDeployment(id spec.DeploymentID) (r spec.DeploymentRecord, err error) {
	err = j.use("read the deployment "+string(id), func(*bbolt.DB) (err error) {
		r, err = j.readDeployment(j.deploymentPath(id), true)
		return j.unsealed("the deployment "+string(id), err)
	})
	return r, err
}

// KeepDeployment keeps a record, which is on the disk when it returns.
func (j *Journal) KeepDeployment(r spec.DeploymentRecord) error {
	return j.use("keep the deployment "+string(r.ID), func(*bbolt.DB) error {
		head, err := value.Encode(r.DeploymentSummary, plain())
		if err != nil {
			return err
		}
		sealed, err := j.key.Seal(r.Log)
		if err != nil {
			return j.unsealed("the deployment "+string(r.ID), err)
		}
		path := j.deploymentPath(r.ID)
		if err := j.makeDir(j.deploymentsDir()); err != nil {
			return err
		}
		text := hex.EncodeToString(checksum(deploymentsDir, head)) + string(head) + "\n" + sealed + "\n"
		if err := replaceFile(path, text); err != nil {
			return err
		}
		return syncDir(j.deploymentsDir())
	})
}

// DropDeployment forgets a record.
func (j *Journal) DropDeployment(id spec.DeploymentID) error {
	return j.use("forget the deployment "+string(id), func(*bbolt.DB) error {
		return ignore(os.Remove(j.deploymentPath(id)), fs.ErrNotExist)
	})
}

func (j *Journal) readDeployment(path string, withLog bool) (r spec.DeploymentRecord, err error) {
	f, err := os.Open(path)
	if err != nil {
		return r, err
	}
	defer f.Close()
	b := bufio.NewReaderSize(f, maxSummary)
	line, err := b.ReadSlice('\n')
	if err != nil {
		return r, fmt.Errorf("it has no summary: %w", err)
	}
	head := bytes.TrimSuffix(line, []byte("\n"))
	const digits = 8
	if len(head) < digits || string(head[:digits]) != hex.EncodeToString(checksum(deploymentsDir, head[digits:])) {
		return r, errors.New("the checksum is wrong")
	}
	if err := value.Decode(head[digits:], &r.DeploymentSummary, plain()); err != nil || !withLog {
		return r, err
	}
	sealed, err := io.ReadAll(b)
	if err == nil {
		r.Log, err = j.key.Open(strings.TrimSuffix(string(sealed), "\n"))
	}
	return r, err
}
