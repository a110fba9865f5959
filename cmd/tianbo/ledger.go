package main

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"tianbo/internal/market/ledger"
)

type ledgerCmd struct {
	Verify ledgerVerifyCmd `cmd:"" help:"Check an exported book offline: balances, proofs, and that every order's parts sum to what was paid."`
}

type ledgerVerifyCmd struct {
	File string   `arg:"" type:"existingfile" help:"Export of a book (JSON lines)"`
	Key  []string `help:"Verifier published by the platform; without it those in the file are used, which proves less" placeholder:"VERIFIER"`
}

// Run checks a file with nothing but the file and the keys.
func (c ledgerVerifyCmd) Run() error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	v, err := ledger.Verify(f, c.Key...)
	if err != nil {
		return fmt.Errorf("%s does not hold: %w", c.File, err)
	}
	fmt.Printf("journals  %d\nproved    %d, on %d closed days\nreferences %d, each summing to what was paid\n", v.Journals, v.Proved, len(v.Days), v.Orders)
	for _, account := range slices.Sorted(maps.Keys(v.Balances)) {
		fmt.Printf("balance   %-32s %s\n", account, v.Balances[account])
	}
	if len(c.Key) == 0 {
		fmt.Println("note      the keys came from the file itself; compare them with those the platform publishes")
	}
	return nil
}
