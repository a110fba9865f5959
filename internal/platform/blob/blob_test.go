package blob_test

import (
	"errors"
	"strings"
	"testing"

	"tianbo/internal/platform/blob"
	"tianbo/internal/platform/blob/blobtest"
	"tianbo/test/peer"
)

func TestDisk(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, blob.NewDisk(t.TempDir()))
}

func TestS3(t *testing.T) {
	t.Parallel()
	server := peer.StartS3(t)
	options := blob.S3Options{Endpoint: server.Endpoint, Bucket: "tianbo", Region: "us-east-1", Key: server.Key, Secret: server.Secret, Insecure: true}
	store, err := blob.NewS3(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	blobtest.Run(t, store)
	t.Run("a second node finds the bucket", func(t *testing.T) {
		second, err := blob.NewS3(t.Context(), options)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := second.Stat(t.Context(), "a/one.txt"); err != nil {
			t.Error(err)
		}
	})
	t.Run("a wrong secret is said at the start", func(t *testing.T) {
		wrong := options
		wrong.Secret = "not-the-secret"
		if _, err := blob.NewS3(t.Context(), wrong); err == nil || strings.Contains(err.Error(), wrong.Secret) {
			t.Errorf("got %v", err)
		}
	})
}

// A full disk is a fault that people are told of, and keeps nothing.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	full := blob.NewDisk(peer.SmallDisk(t, 4<<20))
	big := strings.Repeat("x", 8<<20)
	if err := full.Put(t.Context(), "a/big", strings.NewReader(big), int64(len(big)), ""); !errors.Is(err, blob.ErrFull) {
		t.Errorf("got %v", err)
	}
	if rows, err := full.List(t.Context(), "", "", 10); err != nil || len(rows) != 0 {
		t.Errorf("kept %v, %v", rows, err)
	}
	if err := full.Put(t.Context(), "a/small", strings.NewReader("fits"), 4, ""); err != nil {
		t.Errorf("what fits after the failure: %v", err)
	}
}
