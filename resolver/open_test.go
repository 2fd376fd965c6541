package resolver_test

import (
	"testing"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

func TestWhichQuestionsAreOpen(t *testing.T) {
	value := func(s resolver.Status, from resolver.Source) resolver.Question {
		return resolver.Question{Key: resolver.Key{Kind: resolver.AskValue}, Status: s, Source: from}
	}
	expert := func(q resolver.Question) resolver.Question {
		q.Var = spec.Variable{Expert: true}
		return q
	}
	fixed := func(q resolver.Question) resolver.Question {
		q.Fixed = true
		return q
	}
	for _, tt := range []struct {
		name string
		q    resolver.Question
		open bool
	}{
		{"it has no value", value(resolver.Missing, resolver.NoSource), true},
		{"its value is refused", value(resolver.Wrong, resolver.You), true},
		{"its value is refused and nobody can mend it there", fixed(value(resolver.Wrong, resolver.FromHost)), false},
		{"its default is in force", value(resolver.OK, resolver.Default), true},
		{"its default is being checked", value(resolver.Checking, resolver.Default), true},
		{"a suggestion is in force", value(resolver.OK, resolver.Suggested), true},
		{"the default of an expert's is in force", expert(value(resolver.OK, resolver.Default)), false},
		{"an expert's has no value", expert(value(resolver.Missing, resolver.NoSource)), true},
		{"an expert's is refused", expert(value(resolver.Wrong, resolver.You)), true},
		{"it was answered", value(resolver.OK, resolver.You), false},
		{"it was answered in a file", value(resolver.OK, resolver.Replayed), false},
		{"the requirer set it", value(resolver.OK, resolver.Bound), false},
		{"another variable gave it", value(resolver.OK, resolver.FromXPath), false},
		{"a run will return it", value(resolver.AtRun, resolver.Returned), false},
		{"it follows from where nodes are", fixed(value(resolver.OK, resolver.FromHost)), false},
		{"whether Armonic manages", resolver.Question{Key: resolver.Key{Kind: resolver.AskManage}, Status: resolver.OK, Source: resolver.Default}, false},
	} {
		r := resolver.Result{Questions: []resolver.Question{tt.q}}
		if got := len(r.Open()) == 1; got != tt.open {
			t.Errorf("%s: open is %v", tt.name, got)
		}
	}
}
