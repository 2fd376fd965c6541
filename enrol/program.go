package enrol

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Program is one that runs on hosts of a machine, packed to be sent.
type Program struct {
	File   string
	Sum    string // its SHA-256, in hex
	Packed []byte // in gzip

	machine elf.Machine
}

// machines are what uname says of them. The first is how a person knows it.
//
//nolint:gochecknoglobals // it does not change
var machines = map[elf.Machine][]string{
	elf.EM_X86_64:  {"x86_64", "amd64"},
	elf.EM_AARCH64: {"aarch64", "arm64"},
	elf.EM_386:     {"i686", "i386", "i586"},
	elf.EM_ARM:     {"armv7l", "armv6l", "armv8l"},
	elf.EM_PPC64:   {"ppc64le"},
	elf.EM_S390:    {"s390x"},
	elf.EM_RISCV:   {"riscv64"},
}

// OpenProgram reads a program for hosts.
func OpenProgram(file string) (*Program, error) {
	text, err := spec.ReadBinary(file)
	if err != nil {
		return nil, spec.Errorf(spec.Invalid, "cannot read the program: %v", err)
	}
	f, err := elf.NewFile(bytes.NewReader(text))
	if err != nil || machines[f.Machine] == nil {
		return nil, spec.Errorf(spec.Invalid, "%s is not a program for Linux, as hosts need", file).
			WithHint("build one: GOOS=linux CGO_ENABLED=0 go build -o armonic-linux, and give it with --binary")
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err == nil {
		_, err = z.Write(text)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	return &Program{File: file, Sum: hex.EncodeToString(sum[:]), Packed: packed.Bytes(), machine: f.Machine}, nil
}

// For is the program among these that runs on a host.
func For(f Facts, all []*Program) (*Program, error) {
	var others []string
	for _, p := range all {
		if slices.Contains(machines[p.machine], f.Machine) {
			return p, nil
		}
		others = append(others, machines[p.machine][0])
	}
	return nil, spec.Errorf(spec.Invalid, "its processor is %s, and the program here is for %s", f.Machine, strings.Join(others, ", ")).
		WithHint("give one for it with --binary FILE: GOOS=linux GOARCH=… CGO_ENABLED=0 go build -o FILE")
}
