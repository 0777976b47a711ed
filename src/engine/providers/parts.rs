//! The parts of a message, as OpenAI writes them: what is in them, for providers that write them otherwise.

use serde_json::Value;

/// One part of a message.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part<'a> {
    /// Text.
    Text(&'a str),
    /// An image in the message itself.
    ImageData {
        /// As `image/png`.
        media_type: &'a str,
        /// Base64.
        data: &'a str,
    },
    /// An image somewhere else.
    ImageUrl(&'a str),
    /// A file in the message itself.
    FileData {
        /// As `application/pdf`.
        media_type: &'a str,
        /// Base64.
        data: &'a str,
        /// Its name.
        name: &'a str,
    },
    /// Something else, with its `type`.
    Other(&'a str, &'a Value),
}

impl<'a> Part<'a> {
    /// Reads a part.
    pub(super) fn of(part: &'a Value) -> Self {
        let kind = part["type"].as_str().unwrap_or_default();
        let other = Self::Other(kind, part);
        match kind {
            "text" | "input_text" | "output_text" => part["text"].as_str().map_or(other, Self::Text),
            "image_url" => {
                // Some write the URL where OpenAI has an object.
                let url = part["image_url"]["url"].as_str().or_else(|| part["image_url"].as_str());
                match url {
                    Some(url) => match data_url(url) {
                        Some((media_type, data)) => Self::ImageData { media_type, data },
                        None => Self::ImageUrl(url),
                    },
                    None => other,
                }
            }
            "file" => match part["file"]["file_data"].as_str().and_then(data_url) {
                Some((media_type, data)) => {
                    let name = part["file"]["filename"].as_str().unwrap_or("file");
                    Self::FileData { media_type, data, name }
                }
                None => other,
            },
            _ => other,
        }
    }
}

/// Media type and base64 of a `data:` URL.
fn data_url(url: &str) -> Option<(&str, &str)> {
    let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
    let media_type = head.strip_suffix(";base64")?.split(';').next()?;
    Some((media_type, data))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_openai_writes_is_read() {
        assert_eq!(Part::of(&json!({"type": "text", "text": "low"})), Part::Text("low"));
        let image = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}});
        assert_eq!(Part::of(&image), Part::ImageData { media_type: "image/png", data: "AAAA" });
        let far = json!({"type": "image_url", "image_url": {"url": "https://quay.example/a.png"}});
        assert_eq!(Part::of(&far), Part::ImageUrl("https://quay.example/a.png"));
        let odd = json!({"type": "image_url", "image_url": {"url": "data:image/png,raw"}});
        assert_eq!(Part::of(&odd), Part::ImageUrl("data:image/png,raw"));
        let sound = json!({"type": "input_audio", "input_audio": {}});
        assert_eq!(Part::of(&sound), Part::Other("input_audio", &sound));
    }
}
