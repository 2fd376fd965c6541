package output_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/cli/output"
)

// A line that is typed after a question was given up answers the next question.
func TestAQuestionThatIsGivenUp(t *testing.T) {
	in, typed := io.Pipe()
	p := output.NewPrompter(in, io.Discard)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := p.Confirm(ctx, "keep it?", false); err == nil {
		t.Fatal("nobody answered, and there is no error")
	}
	go func() { _, _ = io.WriteString(typed, "y\nsecond\n"); _ = typed.Close() }()
	if yes, err := p.Confirm(t.Context(), "retry?", false); err != nil || !yes {
		t.Errorf("the answer is %v, error %v", yes, err)
	}
	if line, err := p.Line(t.Context()); err != nil || strings.TrimSpace(line) != "second" {
		t.Errorf("the next line is %q, error %v", line, err)
	}
	if _, err := p.Line(t.Context()); err != io.EOF { //nolint:errorlint // it is documented as that
		t.Errorf("at the end: %v", err)
	}
}
