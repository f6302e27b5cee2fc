// The bench's tools on the Go SDK: sessions in this process, answers as JSON or as event streams, or no sessions at all.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"syscall"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func main() {
	count, err := strconv.Atoi(os.Getenv("TOOLS"))
	if err != nil {
		log.Fatalf("TOOLS: %v", err)
	}
	mode := os.Getenv("MODE")
	server := newServer(count)
	mcpHandler := mcp.NewStreamableHTTPHandler(
		func(*http.Request) *mcp.Server { return server },
		&mcp.StreamableHTTPOptions{JSONResponse: mode != "sse", Stateless: mode == "stateless"},
	)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.Handle("/mcp", mcpHandler)
	go collectWhenAsked()
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), mux))
}

// Memory is read after a collection, in every language that has one.
func collectWhenAsked() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR2)
	for range asked {
		debug.FreeOSMemory()
	}
}

func newServer(count int) *mcp.Server {
	server := mcp.NewServer(&mcp.Implementation{Name: "bench", Version: "1.0.0"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "echo", Description: "Says it again"}, echo)
	if count == 1 {
		return server
	}
	mcp.AddTool(server, &mcp.Tool{Name: "measure", Description: "Counts"}, measure)
	for index := range count - 2 {
		name := fmt.Sprintf("other_%d", index)
		mcp.AddTool(server, &mcp.Tool{Name: name, Description: "Looks something up"}, other)
	}
	return server
}

func progress(ctx context.Context, request *mcp.CallToolRequest) error {
	token := request.Params.GetProgressToken()
	if token == nil {
		return nil
	}
	return request.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{ProgressToken: token, Progress: 1})
}
