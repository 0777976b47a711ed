use super::*;
use crate::views::forms::ParameterForm;

#[test]
fn what_is_shown_is_read_back() {
    let row = |name: &str, value| ParameterForm { name: name.into(), value };
    let secret = || SourceForm::Secret { name: "s".into(), key: "k".into() };
    for provider in ["openai", "azure", "anthropic"] {
        let form = ModelForm {
            name: "lamp".into(),
            provider: provider.into(),
            access: "key".into(),
            model: SourceForm::Literal("gpt".into()),
            base_url: SourceForm::Literal("https://models.example/v1".into()),
            api_key: secret(),
            headers: vec![
                row("X-Team", SourceForm::Literal("harbour".into())),
                row("X-Token", secret()),
                row("X-Port", SourceForm::Parameter("port".into())),
            ],
            properties: vec![("seed".into(), SourceForm::Literal("7".into()))],
            version: Some("4".into()),
            ..ModelForm::default()
        };
        Owner::new().with(|| {
            let fields = ModelFields::new(&form);
            assert_eq!(fields.read(&form), form, "{provider}");
            let bare = ModelForm::default();
            fields.set(&bare);
            assert_eq!(fields.read(&bare), bare);
            fields.set(&form);
            assert_eq!(fields.read(&form), form, "{provider}");
        });
    }
}
