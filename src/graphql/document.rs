//! A request's document, made complete before it is carried out.

use async_graphql::{Name, Request, Value};

/// The request with the defaults of variables that it does not give, or the names of variables that
/// it must give and does not.
///
/// The library applies `@skip` and `@include` with the variables that were given and no others, and
/// misses a variable only where it looks at the argument.
pub fn complete(mut request: Request) -> Result<Request, Vec<Name>> {
    let named = request.operation_name.clone();
    // What does not parse is reported by the execution.
    let Ok(document) = request.parsed_query() else {
        return Ok(request);
    };
    let mut operations = document.operations.iter();
    let found = match named {
        Some(named) => operations.find(|(name, _)| name.is_some_and(|name| *name == named)),
        None => operations.next().filter(|_| operations.next().is_none()),
    };
    let Some((_, operation)) = found else {
        return Ok(request);
    };
    let variables = operation.node.variable_definitions.iter();
    let wanted: Vec<(Name, bool, Option<Value>)> = variables
        .map(|variable| {
            let variable = &variable.node;
            let default = variable.default_value.as_ref();
            let default = default.map(|default| default.node.clone());
            let name = variable.name.node.clone();
            (name, variable.var_type.node.nullable, default)
        })
        .collect();
    let mut missing = Vec::new();
    for (name, nullable, default) in wanted {
        if let Some(default) = default {
            request.variables.entry(name.clone()).or_insert(default);
        }
        let given = request.variables.get(&name);
        if !nullable && given.is_none_or(|value| *value == Value::Null) {
            missing.push(name);
        }
    }
    match missing.is_empty() {
        true => Ok(request),
        false => Err(missing),
    }
}
