package main

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"tianbo/demo"
	"tianbo/internal/app"
	"tianbo/internal/live/media/loop"
	"tianbo/internal/platform/conf"
)

type mediaBench struct {
	viewers, rounds int
	length, warm    time.Duration
	port            int
	tianbo, peer    string
	dir             string
	film            *loop.Film
}

func benchMedia(ctx context.Context, args []string) (err error) {
	b := &mediaBench{peer: os.Getenv("MEDIAMTX")}
	flags := flag.NewFlagSet("media", flag.ExitOnError)
	flags.IntVar(&b.viewers, "viewers", 50, "LL-HLS viewers")
	flags.IntVar(&b.rounds, "rounds", 5, "rounds of both sides")
	flags.DurationVar(&b.length, "length", 15*time.Second, "what is measured of a round")
	flags.DurationVar(&b.warm, "warm", 8*time.Second, "what comes before it")
	flags.IntVar(&b.port, "port", 9180, "first of four ports")
	flags.StringVar(&b.tianbo, "tianbo", "bin/tianbo", "the program")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "tianbo-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	if err := b.shoot(ctx); err != nil {
		return err
	}
	fmt.Printf("RTMP 720p30 2 Mbit/s to %d LL-HLS viewers, %d rounds of %s\n", b.viewers, b.rounds, b.length)
	sides := []string{"Tianbo"}
	serve := []func(context.Context) (*process, string, string, error){b.serveTianbo}
	if b.peer != "" {
		sides, serve = append(sides, "MediaMTX"), append(serve, b.servePeer)
	}
	all := make([]figures, len(sides))
	for i := range all {
		all[i] = figures{}
	}
	for round := range b.rounds {
		for k := range sides {
			i := (k + round) % len(sides) // neither is always first
			if err := b.round(ctx, serve[i], all[i]); err != nil {
				return fmt.Errorf("%s: %w", sides[i], err)
			}
		}
	}
	table([]string{"CPU %", "RSS MB", "part delay p50 ms", "part delay p99 ms", "picture age p50 ms", "picture age p99 ms", "parts a second"}, sides, all)
	return nil
}

// shoot makes the film: noise enough that the encoder keeps its rate.
func (b *mediaBench) shoot(ctx context.Context) error {
	file := filepath.Join(b.dir, "film.mp4")
	out, err := exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30:duration=10", "-f", "lavfi", "-i", "sine=frequency=440:duration=10",
		"-vf", "noise=alls=12:allf=t", "-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "baseline", "-bf", "0", "-g", "60", "-sc_threshold", "0",
		"-b:v", "2M", "-minrate", "2M", "-maxrate", "2M", "-bufsize", "1M", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "64k",
		"-movflags", "frag_keyframe+empty_moov+default_base_moof", file).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ffmpeg makes the film: %w: %s", err, out)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	b.film, err = loop.Read(data)
	return err
}

func (b *mediaBench) address(n int) string { return fmt.Sprintf("127.0.0.1:%d", b.port+n) }

// serveTianbo starts a server with sessions, limits, recording and everything
// else on, with one room, and gives the encoder's and the viewers' addresses.
func (b *mediaBench) serveTianbo(ctx context.Context) (*process, string, string, error) {
	data := filepath.Join(b.dir, "tianbo")
	c, err := conf.Load("", nil, map[string]any{"data": data, "platform.region": demo.AdminRegion})
	if err != nil {
		return nil, "", "", err
	}
	_, err = os.Stat(data)
	fresh := os.IsNotExist(err)
	if fresh {
		if err := app.CreateAdmin(ctx, c, demo.AdminPhone, "bench"); err != nil {
			return nil, "", "", err
		}
	}
	cmd := exec.Command(b.tianbo, "serve", "--data", data, "--listen", b.address(0), "--set", "demo=true", "--set", "pay.simulate=true", "--set", "limits.factor=50",
		"--set", "media.rtmp="+b.address(1), "--set", "media.udp="+b.address(2), "--set", "platform.region="+demo.AdminRegion)
	p, err := start(b.dir, "tianbo", cmd)
	if err != nil {
		return nil, "", "", err
	}
	if err := reachable(ctx, b.address(0)); err != nil {
		p.stop()
		return nil, "", "", err
	}
	d := &demo.Demo{Base: "http://" + b.address(0), Log: slog.New(slog.DiscardHandler)}
	room, key, err := d.One(ctx, fresh)
	if err != nil {
		p.stop()
		return nil, "", "", err
	}
	return p, "rtmp://" + b.address(1) + "/live/" + key, "http://" + b.address(0) + "/live/" + room + "/index.m3u8", nil
}

func (b *mediaBench) servePeer(ctx context.Context) (*process, string, string, error) {
	config := filepath.Join(b.dir, "mediamtx.yml")
	text := fmt.Sprintf("logLevel: warn\nrtsp: false\nwebrtc: false\nsrt: false\nmoq: false\nrtmpAddress: %s\nhlsAddress: %s\nhlsAlwaysRemux: true\npaths:\n  bench:\n", b.address(1), b.address(0))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, "", "", err
	}
	p, err := start(b.dir, "mediamtx", exec.Command(b.peer, config))
	if err != nil {
		return nil, "", "", err
	}
	if err := reachable(ctx, b.address(0)); err != nil {
		p.stop()
		return nil, "", "", err
	}
	return p, "rtmp://" + b.address(1) + "/bench", "http://" + b.address(0) + "/bench/index.m3u8", nil
}

func reachable(ctx context.Context, address string) error {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return nil
		}
	}
	return fmt.Errorf("nothing listens on %s", address)
}

func (b *mediaBench) round(ctx context.Context, serve func(context.Context) (*process, string, string, error), f figures) error {
	ctx, cancel := context.WithCancel(ctx)
	p, in, out, err := serve(ctx)
	if err != nil {
		cancel()
		return err
	}
	defer p.stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	published := make(chan error, 1)
	wg.Go(func() { published <- b.film.PublishMarked(ctx, in, stamped) })
	if err := playing(ctx, out, published); err != nil {
		return err
	}
	watch := &audience{}
	for i := range b.viewers {
		wg.Go(func() { watch.view(ctx, out, i < 5) })
	}
	if !sleep(ctx, b.warm) {
		return ctx.Err()
	}
	watch.reset()
	before, err := p.cpu()
	if err != nil {
		return err
	}
	begin := time.Now()
	if !sleep(ctx, b.length) {
		return ctx.Err()
	}
	after, err := p.cpu()
	if err != nil {
		return err
	}
	took := time.Since(begin)
	rss, err := p.rss()
	if err != nil {
		return err
	}
	delays, ages, parts := watch.taken()
	if len(delays) == 0 {
		return fmt.Errorf("no viewer got a part")
	}
	f.add("CPU %", 100*(after-before).Seconds()/took.Seconds())
	f.add("RSS MB", rss/1e6)
	f.add("part delay p50 ms", quantile(delays, 0.5))
	f.add("part delay p99 ms", quantile(delays, 0.99))
	f.add("picture age p50 ms", quantile(ages, 0.5))
	f.add("picture age p99 ms", quantile(ages, 0.99))
	f.add("parts a second", float64(parts)/took.Seconds())
	return nil
}

func playing(ctx context.Context, url string, published <-chan error) error {
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); {
		select {
		case err := <-published:
			return fmt.Errorf("the encoder was sent away: %w", err)
		default:
		}
		if res, err := http.Get(url); err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		if !sleep(ctx, 200*time.Millisecond) {
			break
		}
	}
	return fmt.Errorf("nothing plays at %s", url)
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// sign stands before the moment in each picture.
var sign = []byte("tianbo-bench-sei")

// stamped puts the moment of sending into a picture, as H.264 allows
// (user_data_unregistered SEI); servers pass it on.
func stamped(nals [][]byte) [][]byte {
	sei := append([]byte{0x06, 0x05, 32}, sign...)
	var now [8]byte
	binary.BigEndian.PutUint64(now[:], uint64(time.Now().UnixNano()))
	sei = append(hex.AppendEncode(sei, now[:]), 0x80)
	return append([][]byte{sei}, slices.Clone(nals)...)
}
