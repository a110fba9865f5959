package blob

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3 is a bucket of any S3-compatible service.
type S3 struct {
	client *minio.Client
	bucket string
}

// S3Options reach a bucket.
type S3Options struct {
	Endpoint, Bucket, Region, Key, Secret string
	Insecure                              bool // plain HTTP
}

// NewS3 uses a bucket, making it when missing.
func NewS3(ctx context.Context, o S3Options) (*S3, error) {
	client, err := minio.New(o.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(o.Key, o.Secret, ""), Secure: !o.Insecure, Region: o.Region,
	})
	if err != nil {
		return nil, fmt.Errorf("object store: %w", err)
	}
	exists, err := client.BucketExists(ctx, o.Bucket)
	if err == nil && !exists {
		err = client.MakeBucket(ctx, o.Bucket, minio.MakeBucketOptions{Region: o.Region})
	}
	if err != nil {
		return nil, fmt.Errorf("object store, bucket %s: %w", o.Bucket, err)
	}
	return &S3{client, o.Bucket}, nil
}

// Put implements Store.
func (s *S3) Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	exact := &exactReader{r: r, left: size}
	_, err := s.client.PutObject(ctx, s.bucket, key, exact, size, minio.PutObjectOptions{ContentType: contentType})
	if err != nil {
		return s3Error(err)
	}
	if n, _ := r.Read(make([]byte, 1)); n > 0 {
		// More came than was said: what was written is not what was meant.
		_ = s.Delete(context.WithoutCancel(ctx), key)
		return fmt.Errorf("blob %s: more than %d bytes", key, size)
	}
	return nil
}

// exactReader gives size bytes and then ends; an early end is an error.
type exactReader struct {
	r    io.Reader
	left int64
}

func (e *exactReader) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.r.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Open implements Store.
func (s *S3) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	object, err := s.client.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, s3Error(err)
	}
	if _, err := object.Stat(); err != nil {
		object.Close()
		return nil, s3Error(err)
	}
	return object, nil
}

// Stat implements Store.
func (s *S3) Stat(ctx context.Context, key string) (Info, error) {
	if err := CheckKey(key); err != nil {
		return Info{}, err
	}
	o, err := s.client.StatObject(ctx, s.bucket, key, minio.StatObjectOptions{})
	if err != nil {
		return Info{}, s3Error(err)
	}
	return Info{Key: key, Size: o.Size, Modified: o.LastModified}, nil
}

// Delete implements Store.
func (s *S3) Delete(ctx context.Context, key string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	if err := s.client.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{}); err != nil {
		return s3Error(err)
	}
	return nil
}

// List implements Store.
func (s *S3) List(ctx context.Context, prefix, after string, limit int) ([]Info, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var out []Info
	for o := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: prefix, StartAfter: after, Recursive: true}) {
		if o.Err != nil {
			return nil, s3Error(o.Err)
		}
		if out = append(out, Info{Key: o.Key, Size: o.Size, Modified: o.LastModified}); len(out) == limit {
			break
		}
	}
	return out, nil
}

func s3Error(err error) error {
	response := minio.ToErrorResponse(err)
	switch {
	case response.StatusCode == http.StatusNotFound, response.Code == "NoSuchKey":
		return ErrNotFound.Wrap(err)
	case response.StatusCode == http.StatusInsufficientStorage:
		return ErrFull.Wrap(err)
	}
	return fmt.Errorf("object store: %w", err)
}
