package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"tianbo/demo"
	"tianbo/internal/app"
)

type demoCmd struct {
	settingsFlags
}

// Run serves a fictional county with a live room.
func (d demoCmd) Run(ctx context.Context) error {
	c, err := d.load()
	if err != nil {
		return err
	}
	if d.Data == nil {
		c.Data = "demo-data"
	}
	c.Demo = true
	c.Limits.Factor = 50 // all its people come from one address
	c.Pay.Simulate = true
	if c.Platform.Operator == "" {
		c.Platform.Operator = "示范县电商协会（虚构）"
	}
	c.Platform.Region = demo.AdminRegion
	log, err := logger(c)
	if err != nil {
		return err
	}
	if err := app.CreateAdmin(ctx, c, demo.AdminPhone, "周管理"); err != nil {
		return err
	}
	a, err := app.New(ctx, c, version, log)
	if err != nil {
		return err
	}
	address, err := a.Listen()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	show := make(chan error, 1)
	go func() {
		select {
		case <-a.Ready():
		case <-ctx.Done():
			show <- nil
			return
		}
		printWelcome(address)
		_, port, _ := net.SplitHostPort(c.Media.RTMP)
		run := &demo.Demo{Base: address, RTMP: "rtmp://127.0.0.1:" + port + "/live", Data: c.Data, Log: log}
		err := run.Run(ctx)
		if err != nil && ctx.Err() == nil {
			log.Error("the demo show has stopped", "error", err)
			stop()
		}
		show <- err
	}()
	err = a.Run(ctx)
	stop()
	if shown := <-show; shown != nil && !errors.Is(shown, context.Canceled) {
		err = errors.Join(err, shown)
	}
	return err
}

func printWelcome(address string) {
	fmt.Printf("\n  田播 Tianbo demo · 示范县（虚构）\n\n  %s\n\n  手机号登录，验证码会显示在页面上 · sign in by number, the code is shown on the page:\n\n", address)
	for _, s := range demo.SignIns {
		fmt.Printf("    %s  %-4s  %s\n", s.Phone, s.Name, s.Part)
	}
	fmt.Print("\n  Ctrl-C 结束 · stops\n\n")
}
