package host

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// HandOver leaves the commands to themselves that have asked this process to end and wait
// for it, as the upgrade of the package does that we are from. Run then returns, and the
// command stays recorded. It is called when this process was asked to end.
func (h *Host) HandOver() {
	for _, p := range h.commands() {
		if slices.ContainsFunc(p.processes(h.adopted(p.trace)), waitsForUs) {
			p.handedOver.Store(true)
			p.wake()
		}
	}
}

// ends reports whether a word is one of commands that end a service or a process and wait
// for that; the scripts of a package are named after it.
func ends(word string) bool {
	switch strings.TrimLeft(word, "-") {
	case "stop", "restart", "try-restart", "condrestart", "force-reload", "reload-or-restart", "try-reload-or-restart",
		"kill", "pkill", "killall", "prerm", "postinst", "preinst", "postrm":
		return true
	}
	return false
}

// waitsForUs reports whether the command line of a process, or one command of it if it is
// a script, names us and says to end us.
func waitsForUs(p process) bool {
	names := []string{strconv.Itoa(os.Getpid()), strings.TrimSuffix(OwnService(), ".service")}
	if exe, err := os.Executable(); err == nil {
		names = append(names, filepath.Base(exe))
	}
	line := string(bytes.ReplaceAll(procFile(p.pid, "cmdline"), []byte{0}, []byte{' '}))
	for part := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune(";&|\n", r) }) {
		words := strings.FieldsFunc(part, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_@", r)
		})
		us := slices.ContainsFunc(words, func(w string) bool { return slices.Contains(names, w) })
		if us && slices.ContainsFunc(words, ends) {
			return true
		}
	}
	return false
}
