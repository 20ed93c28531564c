package session

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

type touched struct {
	fail error
	got  []Use
}

func (s *touched) Touch(_ context.Context, uses []Use) error {
	if s.fail != nil {
		return s.fail
	}
	s.got = append(s.got, uses...)
	return nil
}

func TestUsesAreWrittenInBatchesAndKeptWhenTheStoreIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &touched{fail: errors.New("away")}
		uses := NewUses(store, time.Minute)
		id := NewID()
		ctx, stop := context.WithCancel(t.Context())
		reported := 0
		done := make(chan error)
		go func() { done <- uses.Run(ctx, func(error) { reported++ }) }()
		uses.Record(id, 5)
		uses.Record(id, 7)
		uses.Record(id, 6)
		time.Sleep(61 * time.Second)
		synctest.Wait()
		if len(store.got) != 0 || reported != 1 {
			t.Fatalf("wrote %v, reported %d failures; want nothing and 1", store.got, reported)
		}
		store.fail = nil
		stop()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if len(store.got) != 1 || store.got[0] != (Use{id, 7}) {
			t.Errorf("wrote %v, want one use at its latest time", store.got)
		}
	})
}

func TestUsesAreWrittenInTheOrderOfTheirIDs(t *testing.T) {
	store := &touched{}
	uses := NewUses(store, time.Minute)
	for n := range 100 {
		uses.Record(ID{byte(n * 37)}, 1)
	}
	if err := uses.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(store.got) != 100 || !slices.IsSortedFunc(store.got, func(a, b Use) int { return bytes.Compare(a.Session[:], b.Session[:]) }) {
		t.Errorf("written: %v", store.got)
	}
}
