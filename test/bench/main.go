// Command bench measures Tianbo beside its peers on the machine it runs on:
//
//	go run ./test/bench media    an encoder to LL-HLS viewers, beside MediaMTX
//	go run ./test/bench chat     a lively room, with the room tick and without
//
// Each measure runs both sides in turn, several rounds, under identical loads,
// and prints the median and the range of each figure. MEDIAMTX names the
// peer's program; without it Tianbo is measured alone.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New("say what to measure: media or chat")
	}
	switch args[0] {
	case "media":
		return benchMedia(ctx, args[1:])
	case "chat":
		return benchChat(ctx, args[1:])
	case "chat-server": // the side that is measured, as a process of its own
		return chatServer(ctx, args[1:])
	}
	return fmt.Errorf("there is no measure %q", args[0])
}

// figures are one side's results over the rounds, by name.
type figures map[string][]float64

func (f figures) add(name string, v float64) { f[name] = append(f[name], v) }

// table prints the sides as a Markdown table; where there are two, the ratio
// of the medians of the first to the second.
func table(names []string, sides []string, all []figures) {
	fmt.Print("\n| measure |")
	for _, s := range sides {
		fmt.Printf(" %s |", s)
	}
	if len(sides) == 2 {
		fmt.Print(" ratio |")
	}
	fmt.Println()
	for range len(sides) + 1 + len(sides)/2 {
		fmt.Print("| --- ")
	}
	fmt.Println("|")
	for _, name := range names {
		fmt.Printf("| %s |", name)
		var medians []float64
		for _, f := range all {
			v := slices.Sorted(slices.Values(f[name]))
			if len(v) == 0 {
				fmt.Print(" – |")
				continue
			}
			medians = append(medians, median(v))
			fmt.Printf(" %.2f (%.2f–%.2f) |", median(v), v[0], v[len(v)-1])
		}
		if len(medians) == 2 && medians[1] > 0 {
			fmt.Printf(" %.2f |", medians[0]/medians[1])
		}
		fmt.Println()
	}
}

// median of sorted values.
func median(v []float64) float64 { return quantile(v, 0.5) }

func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}
