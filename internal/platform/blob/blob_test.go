package blob_test

import (
	"testing"

	"tianbo/internal/platform/blob"
	"tianbo/internal/platform/blob/blobtest"
)

func TestDisk(t *testing.T) {
	blobtest.Run(t, blob.NewDisk(t.TempDir()))
}
