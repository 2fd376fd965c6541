package journal

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"go.etcd.io/bbolt"
)

// fromFormat1 leads to format 2, in which values have the form of package value: other
// names for sealed secrets, deferred values as a pair, and what an event returned in the
// event. The digests of runs were of another form of their content and are dropped: a
// run is recognised by its id alone. Reloads that are owed were never recorded.
func fromFormat1(b *bbolt.Bucket) error {
	if err := b.Delete([]byte("owed")); err != nil {
		return err
	}
	changed := map[string][]byte{}
	err := b.ForEach(func(k, raw []byte) error {
		key := string(k)
		if !strings.HasPrefix(key, prefixLifecycle) && !strings.HasPrefix(key, prefixCall) && !strings.HasPrefix(key, prefixRun) {
			return nil
		}
		text, err := verified(key, raw)
		if err != nil {
			return nil //nolint:nilerr // it is damaged and stays so
		}
		js := json.NewDecoder(bytes.NewReader(text))
		js.UseNumber()
		var x map[string]any
		if js.Decode(&x) != nil {
			return nil //nolint:nilerr // likewise
		}
		if strings.HasPrefix(key, prefixRun) {
			runFromFormat1(x)
		}
		changed[key], err = json.Marshal(tagsFromFormat1(x))
		return err
	})
	for key, text := range changed {
		if err == nil {
			err = putText(b, key, text)
		}
	}
	return err
}

func runFromFormat1(run map[string]any) {
	returns, _ := run["returns"].(map[string]any) // by the index of the event
	events, _ := run["events"].([]any)
	for i, ev := range events {
		event, _ := ev.(map[string]any)
		if x, ok := returns[strconv.Itoa(i)]; ok && event != nil {
			event["returns"] = x
		}
	}
	run["reserved"] = run["seen"]
	delete(run, "returns")
	delete(run, "seen")
	delete(run, "digest")
}

// tagsFromFormat1 renames what stands for values that JSON does not have.
func tagsFromFormat1(x any) any {
	switch y := x.(type) {
	case []any:
		for i, z := range y {
			y[i] = tagsFromFormat1(z)
		}
	case map[string]any:
		for k, z := range y {
			y[k] = tagsFromFormat1(z)
		}
		if sealed, ok := y["$secret"]; ok {
			return map[string]any{"$sealed": sealed}
		}
		if later, ok := y["$deferred"].(map[string]any); ok {
			return map[string]any{"$deferred": []any{later["node"], later["name"]}}
		}
	}
	return x
}
