package main

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type echoInput struct {
	Text string `json:"text"`
}

type measureInput struct {
	Text string `json:"text"`
	Unit string `json:"unit,omitempty" jsonschema:"words or characters"`
}

type measured struct {
	Count   int      `json:"count"`
	Unit    string   `json:"unit"`
	Longest []string `json:"longest"`
}

type otherInput struct {
	ID    string   `json:"id"`
	Query string   `json:"query" jsonschema:"what to look for"`
	Limit int      `json:"limit,omitempty"`
	Tags  []string `json:"tags,omitempty"`
	Mode  string   `json:"mode,omitempty"`
}

func textOf(text string) *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}
}

func echo(ctx context.Context, request *mcp.CallToolRequest, input echoInput) (*mcp.CallToolResult, any, error) {
	if err := progress(ctx, request); err != nil {
		return nil, nil, err
	}
	return textOf(input.Text), nil, nil
}

func measure(_ context.Context, _ *mcp.CallToolRequest, input measureInput) (*mcp.CallToolResult, measured, error) {
	words := strings.Split(input.Text, " ")
	result := measured{Count: len(words), Unit: cmp.Or(input.Unit, "words")}
	if result.Unit != "words" {
		result.Count = len(input.Text)
	}
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) })
	result.Longest = words[:min(3, len(words))]
	text, err := json.Marshal(result)
	return textOf(string(text)), result, err
}

func other(context.Context, *mcp.CallToolRequest, otherInput) (*mcp.CallToolResult, any, error) {
	return &mcp.CallToolResult{Content: []mcp.Content{}}, nil, nil
}
