//go:build linux

package blackbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
)

// Build makes introspectd in a folder, with build tags, and returns the path of the program. It runs in the module's folder or below it.
func Build(ctx context.Context, folder string, tags ...string) (string, error) {
	return build(ctx, filepath.Join(folder, "introspectd"+strings.Join(tags, "")), "cmd/introspectd", tags...)
}

// BuildService makes the program of a [Service] in a folder, with build tags.
func BuildService(ctx context.Context, folder string, tags ...string) (string, error) {
	return build(ctx, filepath.Join(folder, "service"+strings.Join(tags, "")), "internal/blackbox/service", tags...)
}

func build(ctx context.Context, program, from string, tags ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags=-s -w", "-o", program, "-tags", strings.Join(tags, ","), "github.com/introspectd/introspectd/"+from)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", from, err, out)
	}
	return program, nil
}

// starter starts processes that do not outlive this one, however it ends. The kernel counts the thread that started them as their parent, so it
// is one that never ends.
var starter = sync.OnceValue(func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for do := range work {
			do()
		}
	}()
	return work
})

func start(cmd *exec.Cmd) (err error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan struct{})
	starter() <- func() {
		err = cmd.Start()
		close(started)
	}
	<-started
	return err
}

// outcomeOf runs a command to its end.
func outcomeOf(ctx context.Context, program string, args ...string) (stdout string, err error) {
	var out, errs strings.Builder
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Env = environment()
	if err := start(cmd); err != nil {
		return "", err
	}
	if err := cmd.Wait(); err != nil {
		return "", errors.Join(fmt.Errorf("introspectd %s: %w: %s", strings.Join(args[:min(2, len(args))], " "), err, &errs), ctx.Err())
	}
	return out.String(), nil
}

// environment is ours without settings of introspectd.
func environment() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "INTROSPECTD_") {
			env = append(env, v)
		}
	}
	return env
}
