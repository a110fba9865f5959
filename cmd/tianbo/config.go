package main

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"tianbo/internal/platform/conf"
)

// settingsFlags are the flags that every command with a data folder takes.
// A flag left out does not override the file or the environment.
type settingsFlags struct {
	Config        string            `help:"Configuration file (YAML)." placeholder:"FILE"`
	Data          *string           `help:"Folder of the database, events, media and keys." placeholder:"DIR"`
	Listen        *string           `help:"Address of the web server." placeholder:"HOST:PORT"`
	Database      *string           `help:"PostgreSQL address; SQLite in the data folder when left out." placeholder:"URL"`
	TLSSelfSigned *bool             `name:"tls-self-signed" help:"Make and use a self-signed certificate."`
	TLSCert       *string           `name:"tls-cert" help:"Certificate file." placeholder:"FILE"`
	TLSKey        *string           `name:"tls-key" help:"Key file of the certificate." placeholder:"FILE"`
	Set           map[string]string `help:"Any other setting, e.g. --set media.rtmp=:1936 (see: tianbo config)." placeholder:"KEY=VALUE"`
}

func (f settingsFlags) load() (*conf.Config, error) {
	overrides := map[string]any{}
	for key, value := range f.Set {
		overrides[key] = value
	}
	for key, value := range map[string]*string{
		"data": f.Data, "listen": f.Listen, "database": f.Database, "tls.cert": f.TLSCert, "tls.key": f.TLSKey,
	} {
		if value != nil {
			overrides[key] = *value
		}
	}
	if f.TLSSelfSigned != nil {
		overrides["tls.self-signed"] = *f.TLSSelfSigned
	}
	return conf.Load(f.Config, os.Environ(), overrides)
}

type configCmd struct {
	Markdown bool   `help:"As a Markdown table."`
	Lang     string `help:"Language of the Markdown table." enum:"en,zh-CN" default:"en"`
}

// Run prints every setting.
func (c configCmd) Run() error {
	if c.Markdown {
		head := "| key | environment | default | meaning |"
		if c.Lang == "zh-CN" {
			head = "| 设置 | 环境变量 | 默认值 | 含义 |"
		}
		fmt.Println(head + "\n| --- | --- | --- | --- |")
		for _, s := range conf.Settings() {
			help := s.Help
			if c.Lang == "zh-CN" {
				help = s.HelpZH
			}
			fmt.Printf("| `%s` | `%s` | %s | %s |\n", s.Key, s.Env, code(s.Default), strings.ReplaceAll(help, "|", `\|`))
		}
		return nil
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	for _, s := range conf.Settings() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.Key, s.Env, s.Default, s.Help)
	}
	return w.Flush()
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}
