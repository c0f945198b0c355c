fn main(){
    let folder = std::path::PathBuf::from(std::env::args().nth(1).unwrap());
    let set = kaifong_prover::Set::read(&folder).unwrap();
    let promises = kaifong_prover::Promises::read(&folder, &set).unwrap_or_else(|e| panic!("{e}"));
    let solver = kaifong_prover::Solver::find(std::time::Duration::from_secs(20)).unwrap();
    let r = kaifong_prover::prove(&set, &promises, &solver);
    println!("{}", serde_json::to_string_pretty(&r).unwrap());
}
