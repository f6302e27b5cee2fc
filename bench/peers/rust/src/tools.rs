use rmcp::{
    ErrorData, Json, Peer, RoleServer, ServerHandler,
    handler::server::{
        router::tool::{ToolRoute, ToolRouter},
        wrapper::Parameters,
    },
    model::{CallToolResult, ContentBlock, ProgressNotificationParam, RequestMetaObject},
    tool, tool_handler, tool_router,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Clones share the tools.
#[derive(Clone)]
pub struct Bench {
    tool_router: ToolRouter<Self>,
}

#[derive(Deserialize, JsonSchema)]
struct Echo {
    text: String,
}

#[derive(Deserialize, Serialize, JsonSchema, Clone, Copy, Default)]
#[serde(rename_all = "lowercase")]
enum Unit {
    #[default]
    Words,
    Characters,
}

#[derive(Deserialize, JsonSchema)]
struct Measure {
    text: String,
    #[serde(default)]
    unit: Unit,
}

#[derive(Serialize, JsonSchema)]
struct Measured {
    count: usize,
    unit: Unit,
    longest: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Other {
    id: String,
    /// what to look for
    query: String,
    limit: Option<u8>,
    tags: Option<Vec<String>>,
    mode: Option<String>,
}

#[tool_router]
impl Bench {
    #[tool(description = "Says it again")]
    async fn echo(
        Parameters(Echo { text }): Parameters<Echo>,
        meta: RequestMetaObject,
        client: Peer<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        if let Some(token) = meta.get_progress_token() {
            let _ = client
                .notify_progress(ProgressNotificationParam::new(token, 1.0))
                .await;
        }
        Ok(CallToolResult::success(vec![ContentBlock::text(text)]))
    }

    #[tool(description = "Counts")]
    async fn measure(
        Parameters(Measure { text, unit }): Parameters<Measure>,
    ) -> Result<Json<Measured>, String> {
        let mut words: Vec<&str> = text.split(' ').collect();
        let count = match unit {
            Unit::Words => words.len(),
            Unit::Characters => text.len(),
        };
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let longest = words.iter().take(3).map(|word| word.to_string()).collect();
        Ok(Json(Measured {
            count,
            unit,
            longest,
        }))
    }

    #[tool(description = "Looks something up")]
    async fn other_0(Parameters(_): Parameters<Other>) -> Result<CallToolResult, ErrorData> {
        Ok(CallToolResult::success(vec![]))
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Bench {}

impl Bench {
    /// `echo` alone, or with `measure` and as many others as make up `count`.
    pub fn new(count: usize) -> Self {
        let mut tool_router = Self::tool_router();
        if count == 1 {
            tool_router.remove_route("measure");
            tool_router.remove_route("other_0");
        }
        for index in 1..count.saturating_sub(2) {
            let mut attr = Self::other_0_tool_attr();
            attr.name = format!("other_{index}").into();
            tool_router.add_route(ToolRoute::new(attr, Self::other_0));
        }
        Self { tool_router }
    }
}
