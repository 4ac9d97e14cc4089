//! The service: what is asked for at which address, and what the answers look like.

use std::io;
use std::sync::Arc;

use anywake::Runtime;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;

use crate::notes::{Error, Notes};

/// Answers requests until the notes are [stopped](Notes::stop), finishes those that it has begun, and closes the notes.
pub(crate) async fn serve<R: Runtime>(listener: TcpListener, notes: Arc<Notes<R>>) -> io::Result<()> {
    let stopped = Arc::clone(&notes);
    axum::serve(listener, router(Arc::clone(&notes)))
        .with_graceful_shutdown(async move { stopped.stopped().await })
        .await?;
    notes.close().await;
    Ok(())
}

fn router<R: Runtime>(notes: Arc<Notes<R>>) -> Router {
    Router::new()
        .route("/notes", post(add::<R>))
        .route("/notes/{id}", get(read::<R>))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&notes), limited::<R>))
        // Not limited: it is for those who want to know why the others have to wait.
        .route("/stats", get(stats::<R>))
        .with_state(notes)
}

async fn limited<R: Runtime>(State(notes): State<Arc<Notes<R>>>, request: Request, next: Next) -> Response {
    match notes.visit().await {
        Ok(_visit) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

async fn add<R: Runtime>(
    State(notes): State<Arc<Notes<R>>>,
    text: String,
) -> Result<(StatusCode, String), Error> {
    let id = notes.add(text).await?;
    Ok((StatusCode::CREATED, id.to_string()))
}

/// If the client goes away, axum drops this; whoever asks for the same note next loads it instead.
async fn read<R: Runtime>(State(notes): State<Arc<Notes<R>>>, Path(id): Path<i64>) -> Result<String, Error> {
    Ok(notes.read(id).await?.to_string())
}

async fn stats<R: Runtime>(State(notes): State<Arc<Notes<R>>>) -> String {
    notes.stats().to_string()
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Error::Missing => (StatusCode::NOT_FOUND, self.to_string()).into_response(),
            Error::Busy | Error::Closed => {
                (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], self.to_string())
                    .into_response()
            }
            Error::Database(_) => (StatusCode::INTERNAL_SERVER_ERROR, self.to_string()).into_response(),
        }
    }
}
