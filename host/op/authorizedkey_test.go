package op_test

import (
	"github.com/armonic/armonic/host/op"
)

const (
	annKey   = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKHEChVCDqMJ9CcHl2XwkfMqEx2Ot1KmY0kvCbwLQ1iR"
	otherKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFBa4pW1E2dNWmP1KQGqqU0N9kYvlyV5KeYpvqzEcC2b"
)

func authorizedKeySamples() []sample {
	type objects = map[string]string
	ann := objects{"user ann": "uid 1001, gid 1001, group ann, home /home/ann, shell /bin/bash"}
	has := func(content string) map[string]string {
		return map[string]string{"/home/ann": "/", "/home/ann/.ssh": "/", "/home/ann/.ssh/authorized_keys": content}
	}
	add := op.Arguments{"user": "ann", "key": annKey + " ann@laptop"}
	with := func(more ...string) op.Arguments {
		out := op.Arguments{"user": "ann", "key": annKey}
		for i := 0; i < len(more); i += 2 {
			out[more[i]] = more[i+1]
		}
		return out
	}
	const file = "/home/ann/.ssh/authorized_keys"
	return []sample{
		{op: "authorized_key", args: add, objects: ann, files: map[string]string{"/home/ann": "/"},
			want: "+ /home/ann/.ssh (directory, 0700 ann:ann)\n+ " + file + " (0600 ann:ann)"},
		{op: "authorized_key", args: op.Arguments{"user": "root", "key": annKey}, objects: objects{},
			want: "+ /root/.ssh (directory, 0700 root:root)\n+ /root/.ssh/authorized_keys (0600 root:root)"},
		{op: "authorized_key", args: add, objects: ann, files: has("# keys\n" + annKey + " another comment\n")},
		{op: "authorized_key", args: add, objects: ann, files: has(`command="echo \"a b\"",no-pty ` + annKey + "\n")},
		{op: "authorized_key", args: add, objects: ann, files: has(otherKey + " b"),
			want: "~ " + file, diff: "@@ -1 +1,2 @@\n-" + otherKey + " b\n\\ No newline at end of file\n+" + otherKey + " b\n+" + annKey + " ann@laptop\n"},
		{op: "authorized_key", args: with("options", `from="10.0.0.0/8, ::1",no-pty`), objects: ann, files: has(annKey + " x\n"),
			want: "~ " + file, diff: "@@ -1 +1 @@\n-" + annKey + " x\n+from=\"10.0.0.0/8, ::1\",no-pty " + annKey + "\n"},
		{op: "authorized_key", args: with("options", "no-pty"), objects: ann, files: has("no-pty " + annKey + "\n")},
		{op: "authorized_key", args: add, objects: ann, files: has(annKey + "\nno-pty " + annKey + "\n"), want: "has the key in the lines 1 and 2"},
		{op: "authorized_key", args: with("present", op.False), objects: ann, files: has(annKey + "\n# x\nno-pty " + annKey + "\n"),
			want: "~ " + file, diff: "@@ -1,3 +1 @@\n-" + annKey + "\n # x\n-no-pty " + annKey + "\n"},
		{op: "authorized_key", args: with("present", op.False), objects: ann},
		{op: "authorized_key", args: with("present", op.False), objects: objects{}},
		{op: "authorized_key", args: add, objects: ann, want: "the user ann has no home"},
		{op: "authorized_key", args: add, objects: objects{}, want: "there is no user ann"},
		{op: "authorized_key", args: with("key", "ssh-ed25519 AAAA"), objects: ann, want: "is no public key of ssh"},
		{op: "authorized_key", args: with("key", "ssh-rsa "+annKey[12:]), objects: ann, want: "is no public key of ssh"},
		{op: "authorized_key", args: with("key", "no-pty "+annKey), objects: ann, want: "is no public key of ssh"},
		{op: "authorized_key", args: with("key", annKey+"\n"+otherKey), objects: ann, want: "is no public key of ssh"},
		{op: "authorized_key", args: with("key", "-----BEGIN OPENSSH PRIVATE KEY-----"), objects: ann, want: "is no public key of ssh"},
		{op: "authorized_key", args: with("options", "no-pty x11"), objects: ann, want: "are no options of a key"},
		{op: "authorized_key", args: with("options", "a\nb"), objects: ann, want: "are no options of a key"},
	}
}
