package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.etcd.io/bbolt"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// proposalsDir is beside the journal: a file for each deployment that is to be approved,
// sealed and replaced as a whole. Who damages one has it approved again.
const proposalsDir = "proposals"

func (j *Journal) proposalPath(id spec.DeploymentID) string {
	return filepath.Join(j.proposalsDir(), filepath.Base(j.deploymentPath(id)))
}

func (j *Journal) proposalsDir() string { return filepath.Join(filepath.Dir(j.path), proposalsDir) }

// KeptProposals lists what is to be approved, without the tasks. What cannot be read is the
// error, and stays where it is.
func (j *Journal) KeptProposals() (out []spec.Proposal, err error) {
	err = j.use("list what is to be approved", func(*bbolt.DB) error {
		entries, err := os.ReadDir(j.proposalsDir())
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		var wrong []error
		for _, e := range entries {
			path := filepath.Join(j.proposalsDir(), e.Name())
			if strings.HasPrefix(e.Name(), unfinished) { // it was never complete
				_ = os.Remove(path)
				continue
			}
			p, err := j.readProposal(path)
			if err == nil && j.proposalPath(p.Deployment) != path {
				err = errors.New("it has the name of another")
			}
			if err != nil {
				wrong = append(wrong, &spec.Error{Kind: spec.Failed, At: path, Msg: err.Error(), Err: err})
				continue
			}
			out = append(out, p.Without())
		}
		return errors.Join(wrong...)
	})
	return out, err
}

// KeptProposal gives what is to be approved of a deployment.
func (j *Journal) KeptProposal(id spec.DeploymentID) (p spec.Proposal, err error) {
	err = j.use("read what is to be approved of the deployment "+string(id), func(*bbolt.DB) (err error) {
		p, err = j.readProposal(j.proposalPath(id))
		return j.unsealed("the deployment "+string(id), err)
	})
	return p, err
}

// KeepProposal keeps a proposal, which is on the disk when it returns.
func (j *Journal) KeepProposal(p spec.Proposal) error {
	return j.use("keep what is to be approved of the deployment "+string(p.Deployment), func(*bbolt.DB) error {
		text, err := value.Encode(p, j.sealed())
		if err != nil {
			return err
		}
		sealed, err := j.key.Seal(value.Secret(text))
		if err != nil {
			return j.unsealed("the deployment "+string(p.Deployment), err)
		}
		if err := j.makeDir(j.proposalsDir()); err != nil {
			return err
		}
		if err := replaceFile(j.proposalPath(p.Deployment), sealed+"\n"); err != nil {
			return err
		}
		return syncDir(j.proposalsDir())
	})
}

// DropProposal forgets a proposal.
func (j *Journal) DropProposal(id spec.DeploymentID) error {
	return j.use("forget what is to be approved of the deployment "+string(id), func(*bbolt.DB) error {
		return ignore(os.Remove(j.proposalPath(id)), fs.ErrNotExist)
	})
}

func (j *Journal) readProposal(path string) (p spec.Proposal, err error) {
	sealed, err := os.ReadFile(path)
	if err != nil {
		return p, err
	}
	text, err := j.key.Open(strings.TrimSuffix(string(sealed), "\n"))
	if err != nil {
		return p, err
	}
	err = value.Decode([]byte(text.Reveal()), &p, j.sealed())
	return p, err
}
